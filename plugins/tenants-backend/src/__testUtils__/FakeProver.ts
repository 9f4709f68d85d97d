import {
  Wall,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  checkState,
  proveTenants,
  TenantProof,
} from '@threewalls/backstage-plugin-tenants-node';
import { untilAborted } from '../operations/untilAborted';
import { testReceipt, testResult } from './testResult';

const RBAC = 'rbac.authorization.k8s.io/v1';
const NETWORKING = 'networking.k8s.io/v1';

type State = Parameters<typeof checkState>[0];
type Round = Parameters<typeof proveTenants>[0];

/** A prover that answers with the status it is told, when it is told to. */
export class FakeProver {
  readonly rounds: Round[] = [];
  readonly status = new Map<string, WallStatus>();
  error: Error | undefined;
  /** What it says of every wall and of every attempt */
  said = '';
  /** What objects show of walls, by `TENANT WALL`; else all is as planned */
  readonly state = new Map<string, WallStatus>();
  /** What objects show of the network, where a test has it look itself */
  network: ((state: State) => Promise<WallStatus>) | undefined;
  /** By which check that is, of each wall */
  finds = 'as-planned';
  /** Names of tenants whose state was looked at */
  readonly looks: string[] = [];
  /** Checks of the platform's own that the last look was to make */
  added: State['added'];
  #gate: Promise<void> = Promise.resolve();

  /** Holds rounds back until the returned function is called. */
  hold(): () => void {
    let release!: () => void;
    this.#gate = new Promise(resolve => {
      release = resolve;
    });
    return release;
  }

  get names(): string[][] {
    return this.rounds.map(({ tenants }) => tenants.map(t => t.spec.name));
  }

  readonly checkState = async (looked: State) => {
    const { plan, view, added } = looked;
    const { name } = plan.spec;
    this.added = added;
    this.looks.push(name);
    // From now on it hears of them.
    await view.list({ apiVersion: NETWORKING, kind: 'NetworkPolicy' });
    await view.list({ apiVersion: RBAC, kind: 'RoleBinding' });
    const network = await this.network?.(looked);
    const receipt = (wall: Wall) =>
      testReceipt({
        id: `${wall}.as-planned`,
        about: { tenant: name },
        check: `${wall}.${this.finds}`,
        wall,
        source: { type: 'kubernetes', name: plan.spec.cluster },
        target: wall,
        request: 'compare',
        code: 'DIFFERENT',
        response: `different ${this.said}`,
        outcome: 'breached',
      });
    return {
      receipts: WALLS.map(receipt),
      verdicts: WALLS.map(wall => {
        const status =
          (wall === 'network' && network) ||
          this.state.get(`${name} ${wall}`) ||
          'holds';
        return {
          wall,
          status,
          summary: `objects: ${status} ${this.said}`.trim(),
          barriers: { counted: 1, refused: status === 'holds' ? 1 : 0 },
          controls: { tried: 0, succeeded: 0 },
        };
      }),
    };
  };

  readonly prove = async (round: Round): Promise<Map<string, TenantProof>> => {
    this.rounds.push(round);
    const names = round.tenants.map(({ spec }) => spec.name);
    for (const name of names) {
      round.onProgress?.(name, { phase: 'attacking', done: 1, total: 2 });
    }
    await untilAborted(round.signal!, this.#gate);
    if (this.error) {
      throw this.error;
    }
    return new Map(
      names.map(name => {
        const result = testResult(
          this.status.get(name) ?? 'holds',
          names.find(other => other !== name),
        ) as TenantProof;
        if (this.said) {
          result.verdicts.forEach(verdict => {
            verdict.summary += `: ${this.said}`;
          });
          result.receipts.forEach(receipt => {
            receipt.response += `: ${this.said}`;
          });
        }
        return [name, result];
      }),
    );
  };
}
