import { attemptsOf } from '../checks/checks';
import { podTask, PodTask } from '../pod/tasks';
import { Answer, Attacker, Errand, PodRun, Side } from '../types';

/** Name of the ram's pod among the pods of a round: no tenant's can be this. */
export const RAM = '(ram)';

/**
 * An address that nobody has (RFC 5737): whoever is let through to it is answered
 * by something in the pod itself, such as a mesh's proxy.
 */
export const NOWHERE = podTask({
  do: 'connect',
  host: '192.0.2.1',
  port: 1,
});

/** Whose pod of the round an attacker's is, as a side sees it. */
export function podOf(side: Side, by: Attacker): string {
  if (by === 'ram') {
    return RAM;
  }
  const party = by === 'tenant' ? side.tenant : side.neighbour;
  return party?.name ?? RAM;
}

/** The tasks of each pod of a round: what several checks try is tried once. */
export function assignTasks(sides: Side[]): Map<string, PodTask[]> {
  const pods = new Map<string, Map<string, PodTask>>();
  for (const side of sides) {
    // A pod of its own for each, also where nothing was found to attack.
    const always: Errand[] = [
      {
        by: 'tenant',
        task: podTask({ do: 'connect', ...side.tenant.service }),
      },
      { by: 'ram', task: podTask({ do: 'connect', ...side.canary.service }) },
      ...(['tenant', 'ram'] as const).map(by => ({ by, task: NOWHERE })),
    ];
    for (const { by, task } of [
      ...always,
      ...attemptsOf(side).flatMap(({ errands = [] }) => errands),
    ]) {
      const pod = podOf(side, by);
      const tasks = pods.get(pod) ?? new Map<string, PodTask>();
      pods.set(pod, tasks);
      const settle =
        (task.settle && !side.isOpen) || tasks.get(task.id)?.settle;
      tasks.set(task.id, { ...task, settle });
    }
  }
  return new Map([...pods].map(([pod, tasks]) => [pod, [...tasks.values()]]));
}

/**
 * What a pod answered. That something in the pod accepted a connection is no sign
 * of its having got anywhere.
 */
export function answerOf(
  run: PodRun | undefined,
  task: PodTask,
): Answer | undefined {
  const answer = run?.answers.get(task.id);
  const isConnect = task.do === 'connect' && answer?.code === 'OK';
  return isConnect && run?.answers.get(NOWHERE.id)?.code === 'OK'
    ? {
        ...answer,
        code: 'ACCEPTED',
        response: `${answer.response}, as whatever this pod dials: a proxy in it accepts everything`,
      }
    : answer;
}
