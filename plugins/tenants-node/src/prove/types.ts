import {
  CheckKind,
  Outcome,
  Receipt,
  Said,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView, VaultReader } from '../clients';
import { TenantPlan } from '../plan/types';
import { Endpoint } from '../config/platform';
import { PodTask } from './pod/tasks';

/**
 * What the catalogue says of a check.
 *
 * @public
 */
export interface CheckInfo {
  /** Such as `net.canary-egress` */
  id: string;
  wall: Wall;
  kind: CheckKind;
  /** What is shown when it is as expected */
  title: string;
  /** Why it matters, in one sentence */
  why: string;
  /** What it means that it is not, in a few words; the receipt's reason where absent */
  otherwise?: string;
  /**
   * Whether it may be that there is nothing to try: then it is shown as
   * `notApplicable`, with the reason, and not counted
   */
  optional?: boolean;
}

/** One thing that is tried, again and again: an entry of the catalogue. */
export interface Check extends CheckInfo {
  /** What it tries, derived from the tenants' plans; or why there is nothing to try */
  attempts(side: Side): Attempt[] | DoesNotApply;
}

/**
 * What an added check found.
 *
 * @public
 */
export interface AddedFinding {
  /** `breached` of a barrier, `failed` of a control; `inconclusive` shows nothing */
  outcome: Outcome;
  /** Class or status, such as `200` */
  code: string;
  /** What came back; never a secret value */
  response: string;
  /** Why the outcome is what it is, where that does not say it */
  reason?: string;
}

/**
 * A check of the platform's own, in code. It looks at what the cluster and Vault
 * hold, and belongs to its wall like any other: no proof may lack its receipt.
 *
 * @public
 */
export interface AddedCheck extends CheckInfo {
  /** What it asks, in a receipt's words */
  request: string;
  /** What shows that all is as it should be, in words */
  expected: string;
  /**
   * Looks at one tenant: in each proof, and whenever something has changed, so it
   * reads these views and nothing slower. What it throws shows nothing
   */
  run(about: {
    /** As last applied */
    plan: TenantPlan;
    view: ClusterView;
    vault: VaultReader;
    signal: AbortSignal;
  }): Promise<AddedFinding>;
}

/** Why a check has nothing to try of a tenant. */
export interface DoesNotApply {
  because: Said;
  /**
   * Whether its wall is unproven for that, or holds all the same; absent where it is
   * as the catalogue says
   */
  inDoubt?: boolean;
}

/** One of those that take part in a round, as it was when the round began. */
export interface Party {
  /** A tenant's, or `canary` */
  name: string;
  /** Of the tenant; for the canary, of its test client, which logs in to Vault for it */
  plan: TenantPlan;
  /** Its Service by name */
  service: Endpoint;
  /** Its workload's pods: their addresses with every declared port */
  pods: Endpoint[];
  /** Nodes that these run on */
  nodes: string[];
}

/** A round as one of its tenants sees it. */
export interface Side {
  cluster: Cluster;
  tenant: Party;
  /** Absent where the tenant is paired with the canary alone */
  neighbour?: Party;
  canary: Party;
  /** The API server's name, and the nodes' endpoints of it */
  kubeApi: Endpoint[];
  kubelets: Endpoint[];
  /** Roles of Vault besides its own that would take the tenant's ServiceAccounts */
  otherRoles: OtherRole[];
  /** Checks of the platform's own */
  added?: readonly AddedCheck[];
  /** Whether its policies are known not to be as planned: none is waited for */
  isOpen?: boolean;
  /** From which of its nodes it was tried before */
  tried?: NodesTried;
}

/**
 * What a tenant's earlier proofs say of where it was tried from.
 *
 * @public
 */
export interface NodesTried {
  /** The last receipt of `net.own-node` that a pod has left */
  last?: Receipt;
  /** Milliseconds for which one node of the workload's may go untried */
  maxAgeMs?: number;
}

/** A role of Vault that is not the tenant's, and takes its ServiceAccounts all the same. */
export interface OtherRole {
  /** Of the auth method, without slashes */
  mount: string;
  name: string;
  /** Of a token that it takes; any where empty */
  audience: string;
  /** ServiceAccounts of the tenant's that it takes */
  accounts: string[];
  policies: string[];
}

/** Whose pod makes an attempt. */
export type Attacker = 'tenant' | 'neighbour' | 'ram';

/** What came back. */
export interface Answer {
  /** Class of a connect, status of an HTTP answer */
  code: string;
  /** Verbatim; never a value */
  response: string;
  /** ISO 8601 */
  startedAt: string;
  /** Milliseconds */
  durationMs: number;
  /** Milliseconds until a policy bit, where it let something through at first */
  enforcedAfterMs?: number;
}

/** An outcome with, where the answer does not say it, the reason. */
export interface Judged {
  outcome: Outcome;
  reason?: Said;
}

/** What came of an attempt: an answer, and what it means. */
export type Finding = Judged &
  Pick<Answer, 'code' | 'response'> &
  Partial<Answer>;

/** Turns an answer into an outcome. */
export interface Expectation {
  /** What is expected, in words */
  text: string;
  judge(answer: Answer): Judged;
}

/** Something that a pod has to do in a round. */
export interface Errand {
  by: Attacker;
  task: PodTask;
}

/** Somebody who has to reach the same target at the same moment. */
export interface Witness extends Errand {
  /** Such as `the canary's test client reaches the same target` */
  says: Said;
}

/** One thing that is tried of one tenant. */
export interface Attempt {
  /** Tells it apart among its check's, in every round alike */
  key: string;
  /** The party that it takes two for: its name */
  neighbour?: string;
  /** Whose pod tries, or who is asked by the portal itself: asked, never done */
  by: Attacker | 'kubernetes' | 'vault';
  target: string;
  request: string;
  /** In words */
  expected: string;
  /** What pods have to do for it; those of witnesses say so */
  errands?: (Errand | Witness)[];
  /** Whether it only compares what views say with the plan: then it can be made at any time */
  readsOnly?: true;
  run(round: Round): Promise<Finding>;
}

/** What an attempt may use while a round runs. */
export interface Round {
  cluster: Cluster;
  signal: AbortSignal;
  /** The cluster as it was when the round began, read once for all that ask */
  view: ClusterView;
  /** Vault as it was then, in the same way */
  vault: VaultReader;
  /** Other views of both, for what these say is not as it should be: they may be behind */
  again?: Pick<Round, 'view' | 'vault'>;
  /** What a pod answered; `undefined` where it gave no answer */
  answer(errand: Errand): Promise<Answer | undefined>;
  /** A pod as soon as it was made, or could not be */
  made(by: Attacker): Promise<PodRun | undefined>;
  /** How a pod ran; `undefined` where none was made */
  pod(by: Attacker): Promise<PodRun | undefined>;
  /** A node as it was when the round began */
  node(name?: string): NodeFacts | undefined;
}

/** What became of a pod. */
export interface PodRun {
  namespace: string;
  name: string;
  uid?: string;
  /** By the task's id */
  answers: Map<string, Answer>;
  facts: PodFacts;
  /** Why answers are missing */
  problem?: Said;
  /** Why it has not started, while that may pass */
  slow?: string;
}

export interface PodFacts {
  runtimeClassName?: string;
  nodeName?: string;
  /** Kernel release inside the pod */
  kernel?: string;
}

export interface NodeFacts {
  labels: Record<string, string>;
  /** Its kernel's release */
  kernel: string;
  isReady: boolean;
  /** Addresses of its kubelet */
  kubelets: Endpoint[];
}
