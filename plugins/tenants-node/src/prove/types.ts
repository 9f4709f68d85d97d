import {
  CheckKind,
  Outcome,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { TenantPlan } from '../plan/types';
import { Endpoint, Platform } from '../config/platform';
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
}

/** One thing that is tried, again and again: an entry of the catalogue. */
export interface Check extends CheckInfo {
  /** What it tries, derived from the tenants' plans; nothing where it does not apply */
  attempts(side: Side): Attempt[];
}

/** One of those that take part in a round, as it was when the round began. */
export interface Party {
  plan: TenantPlan;
  /** Its Service by name */
  service: Endpoint;
  /** Its workload's pods: their addresses with every declared port */
  pods: Endpoint[];
}

/** A round as one of its tenants sees it. */
export interface Side {
  cluster: Cluster;
  platform: Platform;
  tenant: Party;
  /** Absent where the tenant is paired with the canary alone */
  neighbour?: Party;
  canary: Party;
  /** The API server's name, and the nodes' endpoints of it */
  kubeApi: Endpoint[];
  kubelets: Endpoint[];
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
  /** Milliseconds until a fresh policy bit, where it let something through at first */
  enforcedAfterMs?: number;
}

/** An outcome with, where the answer does not say it, the reason. */
export interface Judged {
  outcome: Outcome;
  reason?: string;
}

/** Turns an answer into an outcome. */
export interface Expectation {
  /** What is expected, in words */
  text: string;
  judge(answer: Answer): Judged;
}

/** Somebody who has to reach the same target at the same moment. */
export interface Witness {
  by: Attacker;
  task: PodTask;
  /** Such as `the canary's own client reaches the same target` */
  says: string;
}

/** An attempt from inside a pod. */
export interface PodAttempt {
  by: Attacker;
  task: PodTask;
  target: string;
  request: string;
  expect: Expectation;
  /** Without these a refusal proves nothing */
  witnesses: Witness[];
  /** The target need not exist everywhere: then the attempt doesn't count */
  optional?: boolean;
}

/** What a portal-side attempt hands back. */
export type PortalAnswer = Judged & { code: string; response: string };

/** What a portal-side attempt may use. */
export interface PortalContext {
  cluster: Cluster;
  platform: Platform;
  signal: AbortSignal;
}

/** An attempt by the portal: asked of the API server or of Vault, never done. */
export interface PortalAttempt {
  by: 'portal';
  /** Who answers */
  asks: 'kubernetes' | 'vault';
  target: string;
  request: string;
  expected: string;
  run(context: PortalContext): Promise<PortalAnswer>;
}

/** An attempt that is judged by how the proof pod itself ran. */
export interface PlacementAttempt {
  by: 'placement';
  target: string;
  request: string;
  expected: string;
  judge(pod: PodFacts): PortalAnswer;
}

/** How the proof pod ran. */
export interface PodFacts {
  runtimeClassName?: string;
  nodeName?: string;
  /** Kernel release inside the pod */
  kernel?: string;
  node?: { labels: Record<string, string>; kernel: string };
}

/** Anything that a check can try. */
export type Attempt = PodAttempt | PortalAttempt | PlacementAttempt;
