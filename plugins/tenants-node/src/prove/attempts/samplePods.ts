import { KubernetesObject, TenantPlan } from '../../plan/types';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { plannedObjects } from '../checks/planned';

/** Bounds of a tenant, as its plan has them. */
export interface Bounds {
  namespace: string;
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
  return {
    namespace: plan.names.namespace,
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

/** A container that asks for little, or for exactly these limits. */
export function container(
  name: string,
  limits: Partial<Record<'cpu' | 'memory', string>> | undefined = SMALL,
): object {
  const all = { ...SMALL, ...limits };
  return {
    name,
    image: 'threewalls.invalid/never-pulled',
    resources: { requests: SMALL, limits: all },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Containers in range that are over the quota together. */
export function tooMany(
  resource: 'cpu' | 'memory',
  max: string,
  quota: string,
): object[] {
  const each = parseQuantity(max) ?? 1;
  const count = Math.floor((parseQuantity(quota) ?? 0) / each) + 1;
  return Array.from({ length: count }, (_, i) =>
    container(`c${i}`, { [resource]: max }),
  );
}

/** A pod that PodSecurity `restricted` has nothing against, and what is added to it. */
export function samplePod(
  { namespace }: Bounds,
  name: string,
  spec: Record<string, unknown> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: `threewalls-proof-${name}` },
    spec: {
      automountServiceAccountToken: false,
      containers: [container('main')],
      restartPolicy: 'Never',
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...spec,
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
