import { attemptsOf } from '../checks/checks';
import { PodRun } from '../pod/run';
import { NumberedTask, PodTask, taskKey } from '../pod/tasks';
import { Answer, Attacker, PodAttempt, Side } from '../types';

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
export function assignTasks(
  sides: Side[],
  fresh: boolean,
): Map<string, NumberedTask[]> {
  const pods = new Map<string, Map<string, NumberedTask>>();
  const assign = (pod: string, task: PodTask, settle: boolean) => {
    const tasks = pods.get(pod) ?? new Map<string, NumberedTask>();
    pods.set(pod, tasks);
    const key = taskKey(task);
    const known = tasks.get(key) ?? { id: tasks.size, task };
    tasks.set(key, settle ? { ...known, settle } : known);
  };
  for (const side of sides) {
    // A pod of its own for each, also where nothing was found to attack.
    assign(
      podOf(side, 'tenant'),
      { do: 'connect', ...side.tenant.service },
      false,
    );
    assign(RAM, { do: 'connect', ...side.canary.service }, false);
    for (const { check, attempt } of attemptsOf(side)) {
      if (attempt.by === 'portal' || attempt.by === 'placement') {
        continue;
      }
      const settles =
        fresh && check.wall === 'network' && check.kind === 'barrier';
      assign(podOf(side, attempt.by), attempt.task, settles);
      for (const witness of attempt.witnesses) {
        assign(podOf(side, witness.by), witness.task, false);
      }
    }
  }
  return new Map([...pods].map(([pod, tasks]) => [pod, [...tasks.values()]]));
}

/** Finds answers by who was asked what. */
export class Answers {
  readonly #answers = new Map<string, Answer>();

  constructor(
    private readonly runs: Map<string, PodRun>,
    tasks: Map<string, NumberedTask[]>,
  ) {
    for (const [pod, list] of tasks) {
      for (const { id, task } of list) {
        const answer = runs.get(pod)?.answers.get(id);
        if (answer) {
          this.#answers.set(`${pod} ${taskKey(task)}`, answer);
        }
      }
    }
  }

  get(
    side: Side,
    { by, task }: Pick<PodAttempt, 'by' | 'task'>,
  ): Answer | undefined {
    return this.#answers.get(`${podOf(side, by)} ${taskKey(task)}`);
  }

  run(side: Side, by: Attacker): PodRun | undefined {
    return this.runs.get(podOf(side, by));
  }
}
