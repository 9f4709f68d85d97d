import { PlanContext } from '../../plan/context';
import { tenantLabels } from '../../plan/objects';
import { planPod } from '../../plan/pods';
import { PROOF_POD_RESOURCES, PROOF_PRIORITY_CLASS } from '../../plan/quota';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { VAULT_AUDIENCE } from '../../plan/vault';
import { DeclaredPlacement } from '../attempts/placement';
import { PROOF_CONTAINER, PROOF_LABEL } from './labels';
import { podCommand } from './script';
import { OTHER_AUDIENCE, PodSpec, PodTask, TokenName } from './tasks';

const TOKENS = '/var/run/threewalls';
/** Seconds a projected token lives: the least that Kubernetes allows. */
const TOKEN_SECONDS = 600;
/**
 * Milliseconds for what has to answer: unlike a connect, which is expected to be
 * dropped and lasts as long as it may, it is over as soon as it is answered.
 */
const ANSWER_MS = 5_000;
/** Name lookups at once; Node's own default is four. */
const LOOKUPS = '32';

/**
 * A mesh's proxy would accept every connection in the pod itself: what it then
 * lets through is not what the walls do.
 */
const NO_SIDECAR = {
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
};

/** What makes one pod of a round different from another. */
export interface PodOptions {
  role: 'proof' | 'ram';
  /** Of the tenant, or of the canary for a ram */
  plan: TenantPlan;
  cluster: PlanContext['cluster'];
  nonce: string;
  tasks: PodTask[];
  placement?: DeclaredPlacement;
  /** Where it had best run: on the workload's own */
  node?: string;
}

/**
 * The one-shot pod that makes attempts: within `tenant-probe-quota`, under
 * PodSecurity `restricted`, and never with n8n's labels (its Service would
 * route to it, its ReplicaSet adopt it).
 *
 * Policies that others have written may know n8n by its labels, though: in a tenant
 * that is only proved the pod carries those that config names. It never becomes Ready
 * there, so that no Service routes to it; and if a controller should adopt it, the
 * pod that is not Ready is the first that goes.
 */
export function podManifest(options: PodOptions): KubernetesObject {
  const { role, plan, cluster, nonce, placement, node } = options;
  const { namespace, loginServiceAccount } = plan.names;
  const { proofOnly } = plan;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `threewalls-${role}-${nonce}`,
      namespace,
      labels: {
        ...(proofOnly?.template.metadata.labels ??
          tenantLabels(plan.spec.name)),
        [PROOF_LABEL]: role,
        ...NO_SIDECAR,
      },
      annotations: { ...cluster.proofs.annotations, ...NO_SIDECAR },
    },
    spec: {
      ...planPod(cluster),
      ...placement,
      ...(node && { affinity: preferring(node) }),
      ...(proofOnly && { readinessGates: [{ conditionType: PROOF_LABEL }] }),
      serviceAccountName: loginServiceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: PROOF_PRIORITY_CLASS,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: Math.ceil(cluster.proofs.deadlineMs / 1000),
      containers: [
        {
          name: PROOF_CONTAINER,
          image: cluster.proofs.image,
          imagePullPolicy: cluster.n8n.imagePullPolicy,
          command: podCommand(podSpec(options)),
          env: [{ name: 'UV_THREADPOOL_SIZE', value: LOOKUPS }],
          resources: PROOF_POD_RESOURCES,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'tokens', mountPath: TOKENS, readOnly: true }],
        },
      ],
      volumes: [
        {
          name: 'tokens',
          projected: {
            sources: [
              token('vault', VAULT_AUDIENCE),
              token('other', OTHER_AUDIENCE),
            ],
          },
        },
      ],
    },
  };
}

/** Elsewhere, where that has no room: the proof says so then. */
function preferring(node: string): object {
  const isIt = { key: 'metadata.name', operator: 'In', values: [node] };
  return {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, preference: { matchFields: [isIt] } },
      ],
    },
  };
}

function token(path: TokenName, audience: string): object {
  return {
    serviceAccountToken: { path, audience, expirationSeconds: TOKEN_SECONDS },
  };
}

function podSpec({ plan, cluster, nonce, tasks }: PodOptions): PodSpec {
  const { inClusterAddress, caData, namespace, authMount } = cluster.vault;
  return {
    nonce,
    timeoutMs: cluster.proofs.connectTimeoutMs,
    answerMs: Math.max(ANSWER_MS, cluster.proofs.connectTimeoutMs),
    settleMs: cluster.proofs.settleMs,
    vault: {
      address: inClusterAddress,
      caData,
      namespace,
      authMount,
      role: plan.names.vaultRole,
      tokenFiles: { vault: `${TOKENS}/vault`, other: `${TOKENS}/other` },
    },
    tasks,
  };
}
