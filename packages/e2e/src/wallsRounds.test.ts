import { setTimeout as sleep } from 'node:timers/promises';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  ensureCanary,
  proveTenants,
  sweepProofPods,
} from '@threewalls/backstage-plugin-tenants-node';
import { Hands } from './wallsHands';
import { AGNHOST, openLab, WallsLab } from './wallsLab';
import { ApiServerProxy } from './wallsProxy';
import { Pair } from './wallsRows';

jest.setTimeout(240_000);

const NO_CANARY = {
  naming: { namespacePrefix: 'web-tenant-none-', kvPrefix: '' },
};
/**
 * Most requests of a pair's round to the API server and to Vault: 116 access
 * reviews, 32 dry runs, and what is looked up, made, followed and removed. A
 * quota that is not free again at once takes one more of each.
 */
const MOST = { kubernetes: 202, vault: 6 };
const PROOF = { labelSelector: 'threewalls.io/proof' };

describe('A round, upon the lab', () => {
  let lab: WallsLab;
  let pair: Pair;

  beforeAll(async () => {
    lab = openLab();
    await ensureCanary(lab.cluster);
    pair = await Pair.create(lab, 't-rounds-a', 't-rounds-b');
  });

  afterAll(async () => {
    await pair?.remove();
  });

  /** The lab as if it had one tenant: others' proofs may be under way. */
  function onlyOf(namespace: string): Cluster {
    const { kubernetes } = lab.cluster;
    const list: typeof kubernetes.list = async (ref, options) =>
      ref.kind === 'Namespace'
        ? ({ items: [{ metadata: { name: namespace } }] } as any)
        : kubernetes.list(ref, options);
    const remove = kubernetes.delete.bind(kubernetes);
    return {
      ...lab.cluster,
      kubernetes: { list, delete: remove } as unknown as typeof kubernetes,
    };
  }

  /** What proofs have left in the pair's namespaces. */
  async function left(): Promise<string[]> {
    const kinds = [
      { apiVersion: 'v1', kind: 'Pod' },
      { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
    ];
    const lists = pair.plans.flatMap(({ names: { namespace } }) =>
      kinds.map(async ref => {
        const { items } = await lab.admin.list({ ...ref, namespace }, PROOF);
        return items
          .filter(item => !item.metadata.deletionTimestamp)
          .map(item => `${ref.kind} ${item.metadata.name}`);
      }),
    );
    return (await Promise.all(lists)).flat();
  }

  it('proves one tenant with the canary alone', async () => {
    const [a] = pair.plans;
    const { cluster } = lab;
    const phases = new Set<string>();
    const proofs = await proveTenants({
      cluster,
      tenants: [a],
      onProgress: (tenant, { phase, done, total }) => {
        expect([tenant, done <= total]).toEqual([a.spec.name, true]);
        phases.add(phase);
      },
    });
    const proof = proofs.get(a.spec.name)!;
    expect(proof.verdicts.map(v => v.status)).toEqual(WALLS.map(() => 'holds'));
    expect(proof.neighbour).toBe('canary');
    expect([...phases]).toContain('attacking');
    expect(await left()).toEqual([]);
  });

  it('asks no more of the API server and of Vault than it has to', async () => {
    const { kubernetes, vault } = lab.cluster;
    const before = [kubernetes.requests, vault.requests];
    await pair.prove(new Hands(lab));
    expect(kubernetes.requests - before[0]).toBeLessThanOrEqual(
      MOST.kubernetes,
    );
    expect(vault.requests - before[1]).toBeLessThanOrEqual(MOST.vault);
  });

  it('leaves nothing behind when it is given up', async () => {
    const { cluster } = lab;
    const controller = new AbortController();
    const round = proveTenants({
      cluster,
      tenants: pair.plans,
      signal: controller.signal,
      onProgress: (_, { phase }) => {
        if (phase === 'attacking') {
          controller.abort(new Error('given up'));
        }
      },
    });
    await expect(round).rejects.toThrow('given up');
    expect(await left()).toEqual([]);
  });

  it('gives a fresh policy its time to bite, and says how long it took', async () => {
    const [a] = pair.plans;
    // A connect that is dropped tries again after one second, and after three.
    const { config } = lab.cluster;
    const proofsOf = { ...config.proofs, connectTimeoutMs: 6_000 };
    const hands = new Hands(lab);
    // Opens the wall once the pods run, when the policies were listed already.
    let opened: Promise<void> | undefined;
    const proofs = await proveTenants({
      cluster: { ...lab.cluster, config: { ...config, proofs: proofsOf } },
      tenants: pair.plans,
      onProgress: (tenant, { phase, done }) => {
        if (tenant === a.spec.name && phase === 'attacking' && done > 40) {
          opened ??= (async () => {
            await hands.create(
              a,
              'networking.k8s.io/v1',
              'NetworkPolicy',
              'late',
              {
                spec: {
                  podSelector: {},
                  policyTypes: ['Egress'],
                  egress: [{}],
                },
              },
            );
            await sleep(2_500);
            await hands.mend();
          })();
        }
      },
    });
    await opened;
    const proof = proofs.get(a.spec.name)!;
    expect(proof.timeToEnforceMs).toBeGreaterThan(500);
    expect(proof.timeToEnforceMs).toBeLessThan(proofsOf.settleMs);
    expect(proof.verdicts.map(v => v.status)).toEqual(WALLS.map(() => 'holds'));
  });

  it('outlives an API server that goes away and comes back', async () => {
    const [a] = pair.plans;
    const proxy = await ApiServerProxy.start(lab.kubeconfig);
    let away: Promise<void> | undefined;
    try {
      const proofs = await proveTenants({
        cluster: { ...lab.cluster, kubernetes: proxy.client() },
        tenants: pair.plans,
        onProgress: (_, { phase }) => {
          if (phase === 'attacking') {
            away ??= proxy.goAway(1_500);
          }
        },
      });
      await away;
      const { receipts, verdicts } = proofs.get(a.spec.name)!;
      const fromPods = receipts.filter(r => r.source.type === 'pod');
      expect(new Set(fromPods.map(r => r.outcome))).toEqual(
        new Set(['asExpected']),
      );
      expect(verdicts.map(v => v.status)).not.toContain('breached');
    } finally {
      await proxy.stop();
    }
    expect(await left()).toEqual([]);
  });

  it('is unproven, and says why, where the API server is away', async () => {
    const proxy = await ApiServerProxy.start(lab.kubeconfig);
    const kubernetes = proxy.client();
    await proxy.stop();
    const proofs = await proveTenants({
      cluster: { ...lab.cluster, kubernetes },
      tenants: pair.plans,
    });
    for (const { verdicts } of proofs.values()) {
      expect(verdicts.map(v => v.status)).toEqual(WALLS.map(() => 'unproven'));
      expect(verdicts[0].summary).toMatch(
        /could not begin: .*can't be reached/,
      );
    }
  });

  it('sweeps what a killed portal has left', async () => {
    const [{ names }] = pair.plans;
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: names.namespace,
        name: 'threewalls-proof-orphan',
        labels: { 'threewalls.io/proof': 'proof' },
      },
      spec: {
        containers: [
          {
            name: 'proof',
            image: AGNHOST,
            args: ['pause'],
            resources: {
              requests: { cpu: '10m', memory: '16Mi' },
              limits: { cpu: '10m', memory: '16Mi' },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    };
    expect((await lab.admin.create(orphan)).status).toBe(201);
    const what = `Pod ${names.namespace}/threewalls-proof-orphan`;
    const sweep = (olderThanMs: number) =>
      sweepProofPods(onlyOf(names.namespace), NO_CANARY, olderThanMs);
    expect(await sweep(3_600_000)).not.toContain(what);
    await sleep(1_100);
    expect(await sweep(1_000)).toContain(what);
    expect(await left()).toEqual([]);
  });
});
