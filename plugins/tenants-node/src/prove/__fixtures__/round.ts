import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { attemptsOf } from '../checks/checks';
import { PodRun } from '../pod/run';
import { NumberedTask, PodTask } from '../pod/tasks';
import { portalKey, RoundResults } from '../round/evaluate';
import { Answers, assignTasks, RAM } from '../round/pods';
import { Side } from '../types';

const AT = '2026-01-01T00:00:00.000Z';
const DENIED = '1 error occurred:\n\t* permission denied';

/** What a pod answers where all walls hold. */
function walled(pod: string, task: PodTask, side: Side): [string, string] {
  const own =
    pod === RAM
      ? side.canary
      : [side.tenant, side.neighbour].find(p => p?.plan.spec.name === pod)!;
  const { kvPath, vaultRole, vaultPolicy } = own.plan.names;
  const isOwn = (host: string) =>
    [own.service, ...own.pods].some(e => e.host === host);
  const isTenants = (host: string) =>
    [side.tenant, side.neighbour].some(p =>
      [p!.service, ...p!.pods].some(e => e.host === host),
    );
  switch (task.do) {
    case 'connect':
    case 'ask-dns':
      return isOwn(task.host) ||
        task.host.startsWith('sys-vault') ||
        (pod === RAM && !isTenants(task.host))
        ? ['OK', '']
        : ['TIMEOUT', ''];
    case 'resolve':
      return ['OK', '198.19.0.1'];
    case 'login':
      if (task.token === 'other') {
        return ['403', 'invalid audience (aud) claim'];
      }
      return task.role === vaultRole
        ? ['200', JSON.stringify(['default', vaultPolicy])]
        : ['403', 'namespace not authorized'];
    case 'vault':
      return task.path === `secret/data/${kvPath}`
        ? ['200', '']
        : ['403', DENIED];
    default:
      return [
        '200',
        JSON.stringify(
          Object.fromEntries(
            task.paths.map(p => [
              p,
              p === `secret/data/${kvPath}` ? ['read'] : ['deny'],
            ]),
          ),
        ),
      ];
  }
}

/** What a pod answers otherwise; nothing where it answers as ever. */
export type Change = (
  pod: string,
  task: PodTask,
) => [string, string] | 'missing' | undefined;

/** A round in which all walls hold, but for what a test changes. */
export function testRound(
  side: Side,
  change: Change = () => undefined,
): RoundResults {
  const other: Side = {
    ...side,
    tenant: side.neighbour!,
    neighbour: side.tenant,
  };
  const tasks = assignTasks(side.neighbour ? [side, other] : [side], false);
  const runs = new Map<string, PodRun>();
  for (const [pod, list] of tasks) {
    const answers = list.flatMap(({ id, task }: NumberedTask) => {
      const changed = change(pod, task);
      if (changed === 'missing') {
        return [];
      }
      const [code, response] = changed ?? walled(pod, task, side);
      return [[id, { code, response, startedAt: AT, durationMs: 1 }] as const];
    });
    runs.set(pod, {
      namespace: `web-tenant-${pod}`,
      name: 'proof',
      uid: 'u1',
      answers: new Map(answers),
      facts: {},
      problem: answers.length === 0 ? 'The proof pod finds no node' : undefined,
    });
  }
  const portal = attemptsOf(side).flatMap(planned =>
    planned.attempt.by === 'portal'
      ? [
          [
            portalKey(planned),
            {
              code: 'EQUAL',
              response: '',
              outcome: 'asExpected' as Outcome,
              startedAt: AT,
              durationMs: 1,
            },
          ] as const,
        ]
      : [],
  );
  return {
    answers: new Answers(runs, tasks),
    portal: new Map(portal),
    nodes: new Map(),
    startedAt: AT,
  };
}
