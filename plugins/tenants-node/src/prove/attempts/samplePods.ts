import { KubernetesObject, TenantPlan } from '../../plan/types';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { plannedObjects } from '../checks/planned';

/** Bounds of a tenant, as its plan has them; and what runs in it. */
export interface Bounds {
  namespace: string;
  /** Of the workload: admission may know its image and labels, and no others */
  template: { metadata: { labels: Record<string, string> }; spec: any };
  containerMax: { cpu: string; memory: string };
  containerDefault: { cpu: string; memory: string };
  podMaxMemory: string;
  quotaCpu: string;
  quotaMemory: string;
  storage: string;
}

/** Reads a tenant's bounds off its plan. */
export function boundsOf(plan: TenantPlan): Bounds {
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
    namespace: plan.names.namespace,
    template: (deployment.spec as any).template,
    containerMax: perContainer.max,
    containerDefault: perContainer.default,
    podMaxMemory: perPod.max?.memory,
    quotaCpu: quota('tenant-quota')['limits.cpu'],
    quotaMemory: quota('tenant-quota')['limits.memory'],
    storage: quota('tenant-objects')['requests.storage'],
  };
}

const SMALL = { cpu: '10m', memory: '16Mi' };
/** How the harness writes memory that is `times` as much. */
export function times(quantity: string, factor: number): string {
  const [, digits, suffix] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return `${Number(digits) * factor}${suffix}`;
}

/** A container of the workload's image that asks for little, or for exactly these limits. */
export function container(
  { template }: Pick<Bounds, 'template'>,
  name: string,
  limits: Partial<Record<'cpu' | 'memory', string>> | undefined = SMALL,
): object {
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

/** Containers in range that are over the quota together. */
export function tooMany(
  bounds: Pick<Bounds, 'template'>,
  resource: 'cpu' | 'memory',
  max: string,
  quota: string,
): object[] {
  const each = parseQuantity(max) ?? 1;
  const count = Math.floor((parseQuantity(quota) ?? 0) / each) + 1;
  return Array.from({ length: count }, (_, i) =>
    container(bounds, `c${i}`, { [resource]: max }),
  );
}

/**
 * A pod as the workload's are, but for its containers and volumes, and what is
 * added to it: no admission has anything against it that has nothing against n8n.
 */
export function samplePod(
  bounds: Pick<Bounds, 'namespace' | 'template'>,
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

/** What is wrong with the defaults that a container got, if anything. */
export function hasDefaults(body: any, { containerDefault }: Bounds) {
  const limits = body.spec?.containers?.[0]?.resources?.limits ?? {};
  const wrong = (['cpu', 'memory'] as const).filter(
    resource => limits[resource] !== containerDefault[resource],
  );
  return wrong.length === 0
    ? undefined
    : `The container got ${JSON.stringify(limits)}, planned ${JSON.stringify(
        containerDefault,
      )}`;
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
