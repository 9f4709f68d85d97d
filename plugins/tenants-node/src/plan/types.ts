import {
  TenantPlanNames,
  TenantSpec,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { ProofOnlyTenant } from '../config/platform';

/**
 * Stages of a plan, in the order that never leaves a tenant open.
 *
 * @public
 */
export type Stage =
  | 'namespace'
  | 'walls'
  | 'identity'
  | 'store'
  | 'secret'
  | 'workload';

/** @public */
export const STAGES: readonly Stage[] = [
  'namespace',
  'walls',
  'identity',
  'store',
  'secret',
  'workload',
];

/**
 * A Kubernetes object as it is sent to the API server.
 *
 * @public
 */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** What everything that a plan holds says of itself. */
interface Planned {
  /** The wall that it belongs to, or stands behind: whose state check compares it */
  wall: Wall;
}

/** An object that server-side apply brings about. */
export interface KubernetesResource {
  type: 'kubernetes';
  /** As of any resource; absent of the platform's own that holds none up; removed once no plan has it */
  wall?: Wall;
  /** Unique in a plan, such as `NetworkPolicy tenant-isolation` */
  id: string;
  object: KubernetesObject;
  /**
   * Made where it is absent and never changed: a volume claim can't shrink, and
   * grows only where its StorageClass allows it
   */
  once?: boolean;
}

/** A Vault object that is written whole: a policy, a role. */
export interface VaultResource extends Planned {
  type: 'vault';
  /** Unique in a plan, such as `Vault policy tenant-acme` */
  id: string;
  /** Path under `/v1/` */
  path: string;
  body: Record<string, unknown>;
  /** An administrator's: compared with the plan, and never written */
  given?: boolean;
}

/**
 * A KV entry that is written once and never again. The plan names its fields
 * only; what goes in them is made, or taken from the form's secrets, when it is
 * written.
 */
export interface SeedResource extends Planned {
  type: 'seed';
  /** Such as `Vault KV secret/web-tenant-acme` */
  id: string;
  mount: string;
  /** Path under the mount */
  path: string;
  fields: SeedField[];
  /** Objects that, where they exist, have data which only this entry's key reads */
  dependents: {
    apiVersion: string;
    kind: string;
    namespace: string;
    name: string;
  }[];
}

export type SeedField = {
  name: string;
  from: 'encryption-key' | 'owner-email' | 'owner-password-hash' | 'canary';
};

export type PlannedResource = KubernetesResource | VaultResource | SeedResource;

/** Something that has to be true before the next stage may begin. */
export interface Wait {
  /** Such as `SecretStore vault to be Ready` */
  for: string;
  object: { apiVersion: string; kind: string; namespace: string; name: string };
  /** Condition type that has to be `True` */
  condition: string;
  /** Labels of the pods whose state says why it is not */
  pods?: Record<string, string>;
  /** Milliseconds */
  timeoutMs: number;
}

/** One stage: resources that may be applied at once, and what to wait for. */
export interface PlannedStage {
  name: Stage;
  resources: PlannedResource[];
  waits: Wait[];
}

/**
 * Every name that a tenant goes by.
 *
 * @public
 */
export interface TenantNames extends Omit<TenantPlanNames, 'kvMount'> {
  /** Who the owner is to Kubernetes */
  ownerSubject: { kind: 'Group' | 'User'; name: string };
}

/**
 * What a tenant consists of.
 *
 * @public
 */
export interface TenantPlan {
  spec: TenantSpec;
  names: TenantNames;
  /** What runs in it: its name, its port, and the labels of its pods */
  workload: {
    name: string;
    port: number;
    selector: Record<string, string>;
  };
  stages: PlannedStage[];
  /** Of a tenant whose namespace is somebody else's: it has no stages */
  proofOnly?: ProofOnlyTerms;
}

/**
 * What a tenant is held to of which the portal has made nothing.
 *
 * @public
 */
export interface ProofOnlyTerms
  extends Pick<
    ProofOnlyTenant,
    'limits' | 'vault' | 'withoutVault' | 'trustedSubjects'
  > {
  /** What it may reach and be reached by, as policies that nobody applies */
  allowed: KubernetesObject[];
  /** Of a pod such as its workload's */
  template: { metadata: { labels: Record<string, string> }; spec: any };
}
