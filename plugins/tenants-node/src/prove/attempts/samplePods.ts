import { madeOnce } from '../../clients/remembered';
import { times } from '../../plan/quota';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import {
  canonicalQuantity,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { notApplied, plannedObjects } from '../../plan/planned';

/** Bounds of a tenant, as its plan has them; and what runs in it. */
export interface Bounds {
  namespace: string;
  /** Of the workload: admission may know its image and labels, and no others */
  template: { metadata: { labels: Record<string, string> }; spec: any };
  containerMax: { cpu: string; memory: string };
  /** Absent where any is good that is within the maximum */
  containerDefault?: { cpu: string; memory: string };
  /** Name of the quota that refuses; empty where any may */
  quota: string;
  podMaxMemory: string;
  quotaCpu: string;
  quotaMemory: string;
  storage: string;
}

/** Name of the quota of a plan. */
const QUOTA = 'tenant-quota';

/** Reads a tenant's bounds off its plan, or off what config declares; a plan never changes. */
export const boundsOf = madeOnce(readBounds);

function readBounds(plan: TenantPlan): Bounds {
  const { namespace } = plan.names;
  if (plan.proofOnly) {
    const { template, limits } = plan.proofOnly;
    // Without limits nothing is tried that takes them.
    return {
      namespace,
      template,
      containerMax: limits?.container,
      quota: '',
      podMaxMemory: limits?.memory,
      quotaCpu: limits?.cpu,
      quotaMemory: limits?.memory,
      storage: limits?.storage,
    } as Bounds;
  }
  const missing = notApplied(plan);
  if (missing) {
    throw new Error(missing);
  }
  const quota = (name: string): Record<string, string> =>
    (
      plannedObjects(plan, 'ResourceQuota').find(o => o.metadata.name === name)
        ?.spec as any
    )?.hard ?? {};
  const limits: any[] =
    (plannedObjects(plan, 'LimitRange')[0]?.spec as any)?.limits ?? [];
  const perContainer = limits.find(l => l.type === 'Container') ?? {};
  const perPod = limits.find(l => l.type === 'Pod') ?? {};
  const [deployment] = plannedObjects(plan, 'Deployment');
  return {
    namespace,
    template: (deployment.spec as any).template,
    containerMax: perContainer.max,
    containerDefault: perContainer.default,
    podMaxMemory: perPod.max?.memory,
    quota: QUOTA,
    quotaCpu: quota(QUOTA)['limits.cpu'],
    quotaMemory: quota(QUOTA)['limits.memory'],
    storage: quota('tenant-objects')['requests.storage'],
  };
}

const SMALL = { cpu: '10m', memory: '16Mi' };
/** A container that says nothing of what it needs. */
const BARE = 'bare';

/** A container of the workload's image that asks for little, or for exactly these limits. */
function container(
  { template }: Bounds,
  name: string,
  limits: Partial<Record<'cpu' | 'memory', string>> = {},
): any {
  const [{ image, imagePullPolicy, securityContext }] =
    template.spec.containers;
  return {
    name,
    image,
    imagePullPolicy,
    securityContext,
    resources: { requests: SMALL, limits: { ...SMALL, ...limits } },
  };
}

/**
 * A pod as the workload's are, but for its containers and volumes, and what is
 * added to it: no admission has anything against it that has nothing against n8n.
 */
export function samplePod(
  bounds: Bounds,
  name: string,
  changes: Record<string, unknown> = {},
): KubernetesObject {
  const { namespace, template } = bounds;
  const { containers, initContainers, volumes, ...spec } = template.spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `threewalls-proof-${name}`,
      labels: template.metadata.labels,
    },
    spec: {
      ...spec,
      restartPolicy: 'Never',
      containers: [container(bounds, 'main')],
      ...changes,
    },
  };
}

/** Of a container that says nothing of its own. */
export function barePod(bounds: Bounds): KubernetesObject {
  return samplePod(bounds, 'bare', { containers: [bare(bounds)] });
}

function bare(bounds: Bounds): object {
  return { ...container(bounds, BARE), resources: undefined };
}

/** One container over the maximum, or one init container. */
export function hugePod(
  bounds: Bounds,
  which: 'main' | 'init' = 'main',
): KubernetesObject {
  const memory = times(bounds.containerMax.memory, 4);
  const huge = container(bounds, which, { memory });
  return samplePod(
    bounds,
    which,
    which === 'init' ? { initContainers: [huge] } : { containers: [huge] },
  );
}

/** As a whole over the maximum, by pod-level resources. */
export function hugeAsAWhole(bounds: Bounds): KubernetesObject {
  const memory = times(bounds.podMaxMemory, 2);
  const resources = { requests: { memory: '64Mi' }, limits: { memory } };
  return samplePod(bounds, 'pod-level', { resources });
}

/**
 * All of these in one pod, each over its maximum by another quantity: a refusal names
 * it, and so tells which of them it means.
 */
export function hugeInAllWays(bounds: Bounds): {
  pod: KubernetesObject;
  memory: Record<'main' | 'init' | 'pod', string>;
} {
  const { containerMax, podMaxMemory } = bounds;
  const number = (quantity: string) => parseQuantity(quantity) ?? 0;
  const most = [times(podMaxMemory, 2), times(containerMax.memory, 6)];
  const memory = {
    main: canonicalQuantity(times(containerMax.memory, 4)),
    init: canonicalQuantity(times(containerMax.memory, 5)),
    // No container may ask for more than its pod.
    pod: canonicalQuantity(most.sort((a, b) => number(b) - number(a))[0]),
  };
  const huge = (which: 'main' | 'init') =>
    container(bounds, which, { memory: memory[which] });
  const limits = { memory: memory.pod };
  return {
    memory,
    pod: samplePod(bounds, 'huge', {
      initContainers: [huge('init')],
      containers: [huge('main')],
      resources: { requests: { memory: '64Mi' }, limits },
    }),
  };
}

/**
 * Containers in range that are just over the quota together, of memory and of CPU; one
 * of them says nothing of its own where the plan has a default for it.
 *
 * @returns also what they ask for together
 */
export function manyOf(bounds: Bounds): {
  pod: KubernetesObject;
  sum: Amounts;
} {
  const { containerMax, containerDefault, quotaCpu, quotaMemory } = bounds;
  const [max, least] = [amounts(containerMax), amounts(SMALL)];
  const rest = amounts(containerDefault);
  const quota = amounts({ cpu: quotaCpu, memory: quotaMemory });
  const left = {
    cpu: quota.cpu - rest.cpu,
    memory: quota.memory - rest.memory,
  };
  const length =
    Math.floor(Math.max(left.cpu / max.cpu, left.memory / max.memory)) + 1;
  const each = (of: keyof Amounts) =>
    Math.max(Math.floor(left[of] / length) + 1, least[of]);
  const [cpu, memory] = [each('cpu'), each('memory')];
  const containers = Array.from({ length }, (_, i) =>
    container(bounds, `c${i}`, { cpu: `${cpu}m`, memory: String(memory) }),
  );
  return {
    sum: {
      cpu: rest.cpu + length * cpu,
      memory: rest.memory + length * memory,
    },
    pod: samplePod(bounds, 'many', {
      containers: [...containers, ...(containerDefault ? [bare(bounds)] : [])],
    }),
  };
}

/** Whether a quota's refusal counts what `manyOf` asks for, and so a container's defaults. */
export function countsDefaults(bounds: Bounds): (refusal: string) => boolean {
  const { sum } = manyOf(bounds);
  return refusal => {
    const [, list = ''] = /requested: (\S+) used: /.exec(refusal) ?? [];
    const asked = Object.fromEntries(
      list.split(',').map(one => one.split('=')),
    );
    const { cpu, memory } = amounts({
      cpu: asked['limits.cpu'],
      memory: asked['limits.memory'],
    });
    return cpu === sum.cpu && memory === sum.memory;
  };
}

/** In thousandths of a CPU, and bytes. */
type Amounts = Record<'cpu' | 'memory', number>;

function amounts({
  cpu = '0',
  memory = '0',
}: Partial<typeof SMALL> = {}): Amounts {
  const number = (quantity: string) => parseQuantity(quantity) ?? 0;
  return { cpu: Math.round(1000 * number(cpu)), memory: number(memory) };
}

/** Everything that makes a pod as good as the node: PodSecurity says all of it at once. */
export function rootPod(bounds: Bounds): KubernetesObject {
  return samplePod(bounds, 'root', {
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    containers: [
      { ...container(bounds, 'main'), securityContext: { privileged: true } },
    ],
    volumes: [{ name: 'root', hostPath: { path: '/' } }],
  });
}

/** What is wrong with the defaults that a container got, if anything. */
export function hasDefaults(body: any, { containerDefault }: Bounds) {
  const got = body.spec?.containers?.find((c: any) => c.name === BARE);
  const limits = got?.resources?.limits ?? {};
  const wrong = (['cpu', 'memory'] as const).filter(resource =>
    containerDefault
      ? limits[resource] !== containerDefault[resource]
      : !limits[resource],
  );
  return wrong.length === 0
    ? undefined
    : `The container got ${JSON.stringify(limits)}, planned ${
        containerDefault ? JSON.stringify(containerDefault) : 'some of both'
      }`;
}

/** A Service of a type that is a way in from outside. */
export function service({ namespace }: Bounds, type: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name: `threewalls-proof-${type.toLowerCase()}` },
    spec: { type, selector: { app: 'none' }, ports: [{ port: 80 }] },
  };
}

/** A volume over the storage quota. */
export function volume({ namespace, storage }: Bounds): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace, name: 'threewalls-proof-volume' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: times(storage, 2) } },
    },
  };
}
