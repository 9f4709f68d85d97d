import { Said, Wording } from './wording';

/**
 * The walls that stand between two tenants.
 *
 * @public
 */
export type Wall = 'network' | 'secret' | 'resource';

/** @public */
export const WALLS: readonly Wall[] = ['network', 'secret', 'resource'];

/**
 * A control must succeed; a barrier must be refused, in the one way that shows
 * which wall refused it.
 *
 * @public
 */
export type CheckKind = 'control' | 'barrier';

/**
 * What a check came to:
 * - `asExpected`: a control succeeded, or a barrier was refused as expected
 * - `breached`: a barrier let something through
 * - `failed`: a control did not succeed
 * - `inconclusive`: harness fault, bad token, target down, a refusal of another
 *   kind than expected
 * - `notApplicable`: the target does not exist here; shown, never counted
 *
 * @public
 */
export type Outcome =
  | 'asExpected'
  | 'breached'
  | 'failed'
  | 'inconclusive'
  | 'notApplicable';

/**
 * Whether a wall holds. Anything that is not shown to hold and not shown to be
 * breached is `unproven`.
 *
 * @public
 */
export type WallStatus = 'holds' | 'breached' | 'unproven';

/**
 * Where a receipt comes from: the pod that tried (with its UID), the raw answer
 * of the API server or of Vault to the portal, or the tenant's plan, which leaves
 * nothing to try.
 *
 * @public
 */
export interface ReceiptSource {
  type: 'pod' | 'kubernetes' | 'vault' | 'plan';
  /** `NAMESPACE/POD`, the cluster's name, or the tenant's */
  name: string;
  /** UID of the pod */
  uid?: string;
}

/** @public */
export interface ReceiptSubject {
  /** Whose wall it is */
  tenant: string;
  /** Who is on the other side of the wall: another tenant, or `canary` */
  neighbour?: string;
  /** Node of the pod that tried */
  node?: string;
}

/**
 * What is left of one attempt.
 *
 * @public
 */
export interface Receipt {
  /** Of the attempt: unique in a proof, and the same in the tenant's next one */
  id: string;
  about: ReceiptSubject;
  /** Id of the check, such as `net.canary-egress` */
  check: string;
  /** What it says, of a check that is the platform's own */
  title?: string;
  wall: Wall;
  kind: CheckKind;
  source: ReceiptSource;
  /** What was attacked or asked, such as `canary.web-tenant-canary.svc:8080` */
  target: string;
  /** The request, verbatim and without credentials */
  request: string;
  /** What would show that the check is as expected */
  expected: string;
  /** Class or status of the answer, such as `TIMEOUT`, `403` or `201` */
  code: string;
  /** The answer, verbatim; never a secret value */
  response: string;
  /** ISO 8601 */
  startedAt: string;
  /** Milliseconds */
  durationMs: number;
  outcome: Outcome;
  /** Why the outcome is what it is, where the answer alone does not say */
  reason?: string;
  /** The reason by code; absent where only a cluster, a Vault or an earlier version has said it */
  wording?: Wording;
}

/**
 * What a proof has to have a receipt for, or its wall is unproven.
 *
 * @public
 */
export type Requirement = Pick<Receipt, 'id' | 'check' | 'wall' | 'kind'> & {
  /** Whether its receipt may be `notApplicable` */
  optional: boolean;
  /**
   * What it means that it did not come out as expected, in a summary's words:
   * `reached the canary`, `n8n did not answer`; the receipt's reason where absent
   */
  otherwise?: string;
};

/**
 * Status of one wall, as judged from the receipts of one proof, with what was shown
 * or what was not.
 *
 * @public
 */
export interface WallVerdict extends Said {
  wall: Wall;
  status: WallStatus;
  /** Barriers that counted, and those of them refused as expected */
  barriers: { counted: number; refused: number };
  /** Controls tried, and those of them that succeeded */
  controls: { tried: number; succeeded: number };
}

/** @public */
export type ProofState = 'queued' | 'running' | 'done';

/**
 * What made a proof start; `event` is a change in the cluster or in Vault.
 *
 * @public
 */
export type ProofTrigger = 'schedule' | 'user' | 'task' | 'event';

/**
 * One proof without its receipts.
 *
 * @public
 */
export interface ProofSummary {
  id: string;
  tenant: string;
  state: ProofState;
  trigger: ProofTrigger;
  /**
   * `state` where nothing was attacked: objects were compared with the plan, and
   * only the walls that these show to be breached are judged
   */
  scope?: 'state';
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601 */
  finishedAt?: string;
  /** Milliseconds from start to verdict */
  durationMs?: number;
  /** Tenant on the other side of this round, or `canary` when there was none */
  neighbour?: string;
  /** Milliseconds a policy took to bite on a new pod, where it let something through at first */
  timeToEnforceMs?: number;
  /** What is going on, for a proof under way */
  progress?: ProofProgress;
  /** Empty until the proof is done */
  verdicts: WallVerdict[];
}

/** @public */
export interface ProofProgress {
  /** Such as `waiting for the proof pod` */
  phase: string;
  /** Receipts so far */
  done: number;
  /** Checks expected in all */
  total: number;
}

/**
 * One run of all checks of a tenant, with its receipts.
 *
 * @public
 */
export interface Proof extends ProofSummary {
  receipts: Receipt[];
}

/**
 * What a proof does not cover. Said on the card and in every report.
 *
 * @public
 */
export const NOT_COVERED: readonly string[] = [
  'Code run inside n8n itself, unless a sandbox RuntimeClass is declared and proved',
  'A worker pool that tenants share',
  'A compromise of the control plane',
  'The shared kernel and side channels, unless dedicated nodes are declared and proved',
  'The portal itself: it writes Vault policies and creates pods in tenants, and therefore is trusted',
  "Tenants' names: DNS resolves them across namespaces",
  'Two host names on one address: an allowed host is enforced by its addresses',
];

/**
 * One status for several walls: the worst of them, and `unproven` for none at all.
 *
 * @public
 */
export function overallStatus(walls: { status: WallStatus }[]): WallStatus {
  const has = (status: WallStatus) => walls.some(w => w.status === status);
  if (has('breached')) {
    return 'breached';
  }
  return has('unproven') || walls.length === 0 ? 'unproven' : 'holds';
}
