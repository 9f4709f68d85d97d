import { isDeepStrictEqual } from 'node:util';
import { PROOF_PRIORITY_CLASS } from '../quota';

/** Whether a value is what the API server would have written itself. */
type Known = (value: any) => boolean;

const equals =
  (expected: unknown): Known =>
  value =>
    isDeepStrictEqual(value, expected);
/** What the API server or a controller chooses: no value of it is a change. */
const ASSIGNED: Known = () => true;

/** As OpenShift's admission hands them out, and nobody chooses them. */
const isOfRange: Known = id => id >= 1_000_000_000;

const PROBE: Record<string, Known> = {
  'httpGet.scheme': equals('HTTP'),
  failureThreshold: equals(3),
  periodSeconds: equals(10),
  successThreshold: equals(1),
  timeoutSeconds: equals(1),
};

const CONTAINER: Record<string, Known> = {
  terminationMessagePath: equals('/dev/termination-log'),
  terminationMessagePolicy: equals('File'),
  ...under('livenessProbe', PROBE),
  ...under('readinessProbe', PROBE),
  ...under('startupProbe', PROBE),
};

/** Of a pod's spec, as a template keeps it. */
const POD_SPEC: Record<string, Known> = {
  dnsPolicy: equals('ClusterFirst'),
  restartPolicy: equals('Always'),
  schedulerName: equals('default-scheduler'),
  // Its old name; the new one is compared.
  serviceAccount: ASSIGNED,
  terminationGracePeriodSeconds: equals(30),
  ...under('containers[]', CONTAINER),
  ...under('initContainers[]', CONTAINER),
};

/**
 * What a pod has besides its template: where it runs, and what admission sets of
 * a quota's and a node's account. What only keeps a pod from a node is no change;
 * the proof pods' class would take it out of its tenant's quota.
 */
const POD: Record<string, Known> = {
  ...under('spec', {
    ...POD_SPEC,
    affinity: ASSIGNED,
    // Admission's: of the ServiceAccount's, and of a range that is the namespace's own.
    imagePullSecrets: ASSIGNED,
    'securityContext.fsGroup': isOfRange,
    'securityContext.seLinuxOptions': ({ level, ...rest }) =>
      Object.keys(rest).length === 0,
    'containers[].securityContext.runAsUser': isOfRange,
    nodeName: ASSIGNED,
    nodeSelector: ASSIGNED,
    overhead: ASSIGNED,
    preemptionPolicy: ASSIGNED,
    priority: ASSIGNED,
    priorityClassName: name => name !== PROOF_PRIORITY_CLASS,
    'tolerations[]': ({ key = '' }) => key.startsWith('node.kubernetes.io/'),
    'containers[].resources.limits.ephemeral-storage': ASSIGNED,
    'containers[].resources.requests.ephemeral-storage': ASSIGNED,
  }),
};

/** Labels that controllers put on pods. */
const POD_LABELS = /^(pod-template-hash|topology\.kubernetes\.io\/.*)$/;

/** Of a key that External Secrets fetches. */
const REMOTE: Record<string, Known> = {
  conversionStrategy: equals('Default'),
  decodingStrategy: equals('None'),
  metadataPolicy: equals('None'),
  nullBytePolicy: equals('Ignore'),
};

/** What the API server adds to what was sent: the defaults of each kind's schema. */
const ADDED: Record<string, Record<string, Known>> = {
  Deployment: {
    'spec.progressDeadlineSeconds': equals(600),
    'spec.template.metadata.creationTimestamp': equals(null),
    // The time of a `kubectl rollout restart`.
    'spec.template.metadata.annotations': annotations =>
      Object.keys(annotations).every(
        key => key === 'kubectl.kubernetes.io/restartedAt',
      ),
    ...under('spec.template.spec', POD_SPEC),
  },
  ExternalSecret: {
    'spec.refreshInterval': value => /^1h(0m0s)?$/.test(value),
    'spec.target': equals({
      creationPolicy: 'Owner',
      deletionPolicy: 'Retain',
    }),
    'spec.target.creationPolicy': equals('Owner'),
    'spec.target.deletionPolicy': equals('Retain'),
    'spec.target.template.engineVersion': equals('v2'),
    'spec.target.template.mergePolicy': equals('Replace'),
    ...under('spec.data[].remoteRef', REMOTE),
    ...under('spec.dataFrom[].extract', REMOTE),
    ...under('spec.dataFrom[].find', REMOTE),
  },
  Ingress: { 'spec.ingressClassName': ASSIGNED },
  Namespace: { spec: ASSIGNED },
  Pod: POD,
  PersistentVolumeClaim: {
    'spec.storageClassName': ASSIGNED,
    'spec.volumeMode': equals('Filesystem'),
    'spec.volumeName': ASSIGNED,
  },
  Service: {
    'spec.clusterIP': ASSIGNED,
    'spec.clusterIPs': ASSIGNED,
    'spec.internalTrafficPolicy': equals('Cluster'),
    'spec.ipFamilies': ASSIGNED,
    'spec.ipFamilyPolicy': ASSIGNED,
    'spec.sessionAffinity': equals('None'),
  },
  ServiceAccount: { imagePullSecrets: ASSIGNED, secrets: ASSIGNED },
};

/**
 * What says nothing of a wall, whatever it is: how many pods n8n is scaled to is
 * its owner's to say, and a volume claim keeps the size that it was made with.
 */
const FREE: Record<string, string> = {
  Deployment: 'spec.replicas',
  PersistentVolumeClaim: 'spec.resources',
};

/** Metadata that is compared; the rest is bookkeeping. */
const COMPARED = ['annotations', 'labels', 'name', 'namespace'];

/**
 * Kinds of which another's annotation can open a wall: an identity in a cloud, a proxy's
 * rules. Tools write so many on pods that those that can are looked for by their
 * names: other networks, a sandbox's settings, a profile of AppArmor.
 */
const ANNOTATED = ['Ingress', 'Service', 'ServiceAccount'];
/** What tools write on anything of these kinds. */
const HARMLESS =
  /^(kubectl\.kubernetes\.io|ingress\.kubernetes\.io|meta\.helm\.sh|argocd\.argoproj\.io|cert-manager\.io)\//;

/** Whether a field is no part of the comparison. */
export function isFree(kind: string, path: string[]): boolean {
  const [first, second] = path;
  return (
    first === 'status' ||
    FREE[kind] === path.join('.') ||
    (first === 'metadata' && path.length === 2 && !COMPARED.includes(second))
  );
}

/** Whether a field that the plan does not have is nobody's change. */
export function isAdded(kind: string, path: string[], value: unknown): boolean {
  const [first, second, key] = path;
  if (first === 'metadata') {
    // A map that the plan has nothing in, or one entry of it.
    const keys = key ? [key] : Object.keys(value as object);
    if (second === 'labels') {
      return kind !== 'Pod' || keys.every(k => POD_LABELS.test(k));
    }
    return !ANNOTATED.includes(kind) || keys.every(k => HARMLESS.test(k));
  }
  const known = ADDED[kind]?.[patternOf(path)];
  if (!known && Array.isArray(value)) {
    return value.every((element, i) =>
      isAdded(kind, [...path, String(i)], element),
    );
  }
  return known?.(value) ?? false;
}

/** A path with all elements of a list alike, such as `spec.rules[].host`. */
function patternOf(path: string[]): string {
  return path
    .map(key => (/^\d+$/.test(key) ? '[]' : `.${key}`))
    .join('')
    .slice(1);
}

function under(
  path: string,
  table: Record<string, Known>,
): Record<string, Known> {
  return Object.fromEntries(
    Object.entries(table).map(([key, known]) => [`${path}.${key}`, known]),
  );
}
