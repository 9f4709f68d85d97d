import { say } from '@threewalls/backstage-plugin-tenants-common';
import { planChecks } from '../checks/checks';
import { PodTask } from '../pod/tasks';
import { answerOf, assignTasks, NOWHERE, podOf, RAM } from '../round/pods';
import { SideReceipts, takeReceipts } from '../round/receipts';
import { Answer, Attacker, Attempt, PodRun, Side } from '../types';
import { testRound } from './portal';

const AT = '2026-01-01T00:00:00.000Z';
const DENIED = '1 error occurred:\n\t* permission denied';

/** What a pod answers where all walls hold. */
function walled(
  pod: string,
  task: PodTask,
  side: Side,
): [code: string, response: string, lateMs?: number] {
  const own =
    pod === RAM
      ? side.canary
      : [side.tenant, side.neighbour].find(p => p?.name === pod)!;
  const { kvPath, vaultRole, vaultPolicy } = own.plan.names;
  const isOwn = (host: string) =>
    [own.service, ...own.pods].some(e => e.host === host);
  const isTenants = (host: string) =>
    [side.tenant, side.neighbour].some(p =>
      [p!.service, ...p!.pods].some(e => e.host === host),
    );
  if (task.id === NOWHERE.id) {
    return ['TIMEOUT', ''];
  }
  switch (task.do) {
    case 'ask-name':
      return pod === RAM ? ['OK', '192.0.2.7'] : ['REFUSED', 'queryA EREFUSED'];
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
        ? ['200', JSON.stringify([vaultPolicy])]
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
) => [code: string, response: string, lateMs?: number] | 'missing' | undefined;

/** What the portal's own attempts of some checks do otherwise than agree. */
export type PortalChange = Record<string, Attempt['run']>;

/** Has the API server and Vault say what shows every wall to hold, but for a few checks. */
export function portalAgrees(side: Side, change: PortalChange = {}): void {
  for (const { check, attempts } of planChecks(side)) {
    for (const attempt of attempts) {
      if (attempt.by === 'kubernetes' || attempt.by === 'vault') {
        attempt.run =
          change[check.id] ??
          (async () => ({
            code: 'EQUAL',
            response: '',
            outcome: 'asExpected',
          }));
      }
    }
  }
}

/** The receipts of a round in which all walls hold, but for what a test changes. */
export async function testReceipts(
  side: Side,
  change: Change = () => undefined,
  portal: PortalChange = {},
): Promise<SideReceipts> {
  portalAgrees(side, portal);
  const other: Side = {
    ...side,
    tenant: side.neighbour!,
    neighbour: side.tenant,
  };
  const runs = new Map<string, PodRun>();
  for (const [pod, tasks] of assignTasks([side, other])) {
    const answers = tasks.flatMap((task): [string, Answer][] => {
      const changed = change(pod, task);
      if (changed === 'missing') {
        return [];
      }
      const [code, response, enforcedAfterMs] =
        changed ?? walled(pod, task, side);
      return [
        [
          task.id,
          { code, response, enforcedAfterMs, startedAt: AT, durationMs: 1 },
        ],
      ];
    });
    runs.set(pod, {
      namespace: `web-tenant-${pod}`,
      name: 'proof',
      uid: 'u1',
      answers: new Map(answers),
      facts: { nodeName: `node-of-${pod}` },
      problem:
        answers.length === 0
          ? say('podNoNode', { message: '0/1 nodes are available' })
          : undefined,
    });
  }
  const run = (by: Attacker) => runs.get(podOf(side, by));
  return takeReceipts(
    side,
    {
      ...testRound(side),
      made: async by => run(by),
      pod: async by => run(by),
      answer: async ({ by, task }) => answerOf(run(by), task),
    },
    { portalMayStart: Promise.resolve(), onDone: () => {} },
  );
}
