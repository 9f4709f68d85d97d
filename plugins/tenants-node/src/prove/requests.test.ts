import { ClusterView } from '../clients';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { plannedObjects, plannedResources } from '../plan/planned';
import { KubernetesObject } from '../plan/types';
import { testCluster, testSide } from './__fixtures__/side';
import { proveTenants } from './prove';

const side = testSide();
const plans = [side.tenant.plan, side.neighbour!.plan] as const;

const [limitRange] = plannedObjects(plans[0], 'LimitRange') as any[];
const DEFAULT = limitRange.spec.limits.find(
  (l: any) => l.type === 'Container',
).default;

/** Everything that memory has: what both plans hold, and what a cluster has besides. */
function memory(
  made: Map<string, KubernetesObject>,
  others: string[],
): ClusterView {
  const planned = plans.flatMap(plan =>
    plannedResources(plan).flatMap(resource =>
      resource.type === 'kubernetes' ? [resource.object] : [],
    ),
  );
  const free = planned
    .filter(({ kind }) => kind === 'ResourceQuota')
    .map(quota => ({
      ...quota,
      status: { ...(quota.spec as object), used: { pods: '0' } },
    }));
  const namespaces: any[] = others.map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: `web-tenant-${name}`,
      labels: { 'threewalls.io/tenant': name },
    },
  }));
  const all = [
    ...namespaces,
    ...planned.filter(o => o.kind !== 'ResourceQuota'),
    ...free,
  ];
  const list = (kind: string, namespace?: string): any[] =>
    [...all, ...made.values()].filter(
      o =>
        o.kind === kind &&
        (namespace === undefined || o.metadata.namespace === namespace),
    );
  return {
    list: async ({ kind }, namespace) => ({
      items: list(kind, namespace),
      at: new Date().toISOString(),
    }),
    kinds: async () => ({ items: [], at: new Date().toISOString() }),
    async *follow({ kind }, namespace) {
      yield list(kind, namespace);
    },
  };
}

/** What an API server with all its rules but one says to a pod, or to a Service or volume. */
function refusal(
  { kind, metadata, spec }: any,
  lifted?: string,
): string | undefined {
  const limit = (c: any) => c?.resources?.limits?.memory;
  switch (metadata.name) {
    case 'threewalls-proof-huge': {
      const over = [
        ['main', 'Container', limit(spec.containers[0])],
        ['init', 'Container', limit(spec.initContainers[0])],
        ['pod-level', 'Pod', limit(spec)],
      ].filter(([rule]) => rule !== lifted);
      return `[${over.map(
        ([_, of, is]) =>
          `maximum memory usage per ${of} is 1Gi, but limit is ${is}`,
      )}]`;
    }
    case 'threewalls-proof-many': {
      // What says nothing of its own has the limits of the plan's LimitRange.
      const all = spec.containers.map(
        ({ resources }: any) =>
          resources?.limits ??
          (lifted === 'default' ? { cpu: '0', memory: '0' } : DEFAULT),
      );
      const sum = (of: string) =>
        all.reduce(
          (n: number, limits: any) => n + parseQuantity(limits[of])!,
          0,
        );
      return `exceeded quota: tenant-quota, requested: limits.cpu=${
        1000 * sum('cpu')
      }m,limits.memory=${sum(
        'memory',
      )}, used: limits.cpu=0, limited: limits.cpu=2`;
    }
    case 'threewalls-proof-root':
      return 'violates PodSecurity "restricted:latest": host namespaces (…), hostPath volumes (…), privileged (…)';
    case 'threewalls-proof-loadbalancer': {
      const ports = lifted === 'nodeport' ? '' : ',services.nodeports=1';
      return `exceeded quota: tenant-objects, requested: services.loadbalancers=1${ports}, used: `;
    }
    case 'threewalls-proof-volume':
      return 'exceeded quota: tenant-objects, requested: requests.storage=9Gi, used: ';
    default:
      return kind === 'Pod' || metadata.name.endsWith(lifted)
        ? undefined
        : 'no';
  }
}

/**
 * Proves both on such a cluster, with as many other tenants: what was asked of it and
 * of its Vault, and the receipts of one.
 */
async function prove(lifted?: string, others = 0) {
  const asked: string[] = [];
  const askedOfVault: string[] = [];
  const neighbours = Array.from({ length: others }, (_, i) => `other-${i}`);
  const made = new Map<string, KubernetesObject>();
  const kubernetes = {
    create: async (object: any, { dryRun }: { dryRun?: boolean } = {}) => {
      const { kind, metadata, spec } = object;
      asked.push(dryRun ? 'dry run' : `create ${kind}`);
      if (kind === 'SubjectAccessReview') {
        return { status: 201, body: { status: { allowed: false } } };
      }
      const message = dryRun
        ? refusal(object, lifted)
        : lifted === 'no pod' && kind === 'Pod' && 'none is let in';
      if (message) {
        return { status: 403, body: { message } };
      }
      const live = {
        ...object,
        metadata: { ...metadata, uid: metadata.name, resourceVersion: '1' },
        status: {
          conditions: [],
          containerStatuses: [{ name: 'proof', state: { running: {} } }],
        },
      };
      if (!dryRun) {
        made.set(metadata.name, live);
      }
      return { status: 201, body: { ...live, spec } };
    },
    async *logs({ name }: { name: string }) {
      asked.push('logs of Pod');
      yield `${name.split('-').at(-1)} [{"end":true}]`;
    },
    delete: async ({ kind }: { kind: string }) =>
      asked.push(`delete ${kind}`) && undefined,
    get: async ({ kind }: { kind: string }) =>
      asked.push(`get ${kind}`) && undefined,
    // What memory says otherwise than planned is asked anew: not what is counted here.
    list: async ({ kind }: { kind: string }) => {
      if (kind !== 'Event') {
        return { items: [] };
      }
      asked.push('list Event');
      const keys = ([...made.values()] as any[]).flatMap(
        ({ spec }) => spec.data ?? [],
      );
      return {
        items: keys.map(({ remoteRef: { key } }) => ({
          message: `URL: GET http://vault/v1/secret/data/${key}\nCode: 403. Errors:`,
        })),
      };
    },
    expect: async () => ({ items: [] }),
  };
  const named = neighbours.map(name => `tenant-${name}`);
  const vault = {
    request: async (method: string, path: string) => {
      askedOfVault.push(`${method} ${path}`);
      const keys = [...named, 'default', 'developers'];
      return path === 'sys/policies/acl'
        ? { status: 200, data: { keys }, errors: [] }
        : { status: 404, data: undefined, errors: [] };
    },
  };
  const proofs = await proveTenants({
    cluster: testCluster(side.cluster.config, { kubernetes, vault }),
    tenants: [plans[0], plans[1]],
    view: memory(made, neighbours),
  });
  return { asked, askedOfVault, ...proofs.get(side.tenant.name)! };
}

describe('a pair’s proof', () => {
  it('asks the API server no more than it has to', async () => {
    const counts: Record<string, number> = {};
    (await prove()).asked.forEach(what => {
      counts[what] = (counts[what] ?? 0) + 1;
    });
    expect(counts).toEqual({
      // The ram and a pod for each tenant.
      'create Pod': 3,
      'logs of Pod': 3,
      'delete Pod': 3,
      // For each tenant: a pod over each maximum, one over the quota and one as good as the
      // node; a Service, a volume.
      'dry run': 10,
      'create ExternalSecret': 2,
      'list Event': 2,
      'delete ExternalSecret': 2,
      'create SubjectAccessReview': 2,
    });
  });

  it('asks Vault no more, however many tenants there are', async () => {
    const { askedOfVault } = await prove(undefined, 500);
    expect(askedOfVault).toHaveLength((await prove()).askedOfVault.length);
    const policies = askedOfVault.filter(one => /polic|lookup-self/.test(one));
    // What is not as planned in memory is asked once more.
    expect([...new Set(policies)].sort()).toEqual([
      'GET auth/token/lookup-self',
      'GET sys/policies/acl/default',
      'GET sys/policies/acl/developers',
      ...plans.map(({ names }) => `GET sys/policies/acl/${names.vaultPolicy}`),
      'LIST sys/policies/acl',
    ]);
  });

  it.each([
    ['main', 'res.container-max'],
    ['init', 'res.init-container-max'],
    ['pod-level', 'res.pod-level'],
    ['nodeport', 'res.quota-objects'],
    ['default', 'res.defaults'],
  ])('notices one rule that is lifted: %s', async (lifted, check) => {
    const { receipts } = await prove(lifted);
    const wrong = receipts.filter(
      ({ request, outcome }) =>
        request.includes('dry run') && /breached|failed/.test(outcome),
    );
    expect(wrong.map(receipt => receipt.check)).toEqual([check]);
  });

  it('has no wall that holds where no pod is let in', async () => {
    const { receipts, verdicts } = await prove('no pod');
    const letIn = receipts.find(({ check }) => check === 'res.legal-pod');
    expect([letIn?.outcome, letIn?.reason]).toEqual([
      'inconclusive',
      "Couldn't create the proof pod: none is let in",
    ]);
    expect(verdicts.map(({ status }) => status)).not.toContain('holds');
  });
});
