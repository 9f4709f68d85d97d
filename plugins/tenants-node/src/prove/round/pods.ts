import { attemptsOf } from '../checks/checks';
import { podTask, PodTask } from '../pod/tasks';
import { Attacker, Errand, Side } from '../types';

/** Name of the ram's pod among the pods of a round: no tenant's can be this. */
export const RAM = '(ram)';

/** Whose pod of the round an attacker's is, as a side sees it. */
export function podOf(side: Side, by: Attacker): string {
  if (by === 'ram') {
    return RAM;
  }
  const party = by === 'tenant' ? side.tenant : side.neighbour;
  return party?.plan.spec.name ?? RAM;
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
    ];
    for (const { by, task } of [
      ...always,
      ...attemptsOf(side).flatMap(({ errands = [] }) => errands),
    ]) {
      const pod = podOf(side, by);
      const tasks = pods.get(pod) ?? new Map<string, PodTask>();
      pods.set(pod, tasks);
      const settle = task.settle || tasks.get(task.id)?.settle;
      tasks.set(task.id, settle ? { ...task, settle } : task);
    }
  }
  return new Map([...pods].map(([pod, tasks]) => [pod, [...tasks.values()]]));
}
