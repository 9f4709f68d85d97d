import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  ensureCanary,
  ClusterProfile,
  KubernetesClient,
  proveTenants,
  sweepProofPods,
  TenantPlan,
  TenantProof,
  VaultView,
  WatchCache,
} from '@threewalls/backstage-plugin-tenants-node';
import { GatedLab } from './recoveryConfig';
import { FULL } from './support/full';
import {
  ALL_OUT,
  create,
  IMAGES,
  objectOf,
  portalLab,
  refOf,
  replacing,
  RESTRICTED,
} from './support/lab';
import { Hands } from './wallsHands';
import { openLab, WallsLab } from './wallsLab';
import { Pair } from './wallsRows';

jest.setTimeout(FULL ? 1_800_000 : 240_000);

const NO_CANARY = {
  naming: { namespacePrefix: 'web-tenant-none-', kvPrefix: '' },
};
/**
 * Most requests of a pair's round to the API server and to Vault: 10 dry runs, two
 * access reviews, and what is made, followed and removed. Without a memory also a
 * list for each kind of object and namespace, and each role of the auth method,
 * those of other tests' tenants too. A quota that is not free again at once takes
 * one more for each tenant.
 */
const MOST = {
  'from memory, as the portal does': { kubernetes: 29, vault: 12 },
  'without a memory': { kubernetes: 116, vault: 20 },
};
/** Proofs of sound tenants, and pairs of them at once. */
const SOUND = FULL ? { proofs: 500, pairs: 4 } : { proofs: 4, pairs: 1 };
const HOLDS = WALLS.map(() => 'holds');
const statuses = ({ verdicts }: TenantProof) => verdicts.map(v => v.status);
const PROOF = { labelSelector: 'threewalls.io/proof' };
/** Milliseconds that a policy gets, on however busy a machine. */
const SETTLE_MS = 30_000;

describe('A round, on the lab', () => {
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

  /** Until nothing is left but what a pod has owned that is gone: that goes by itself. */
  async function expectNothingLeft() {
    expect(await left('Pod')).toEqual([]);
    await new Hands(lab).waitFor(
      async () => (await left('ExternalSecret')).length === 0,
      'what the pods owned to be gone',
    );
  }

  /** What proofs have left in the pair's namespaces. */
  async function left(kind: string): Promise<string[]> {
    const lists = pair.plans.map(async ({ names }) => {
      const ref = refOf(kind, undefined, names.namespace);
      const { items } = await lab.admin.list(ref, PROOF);
      return items
        .filter(item => !item.metadata.deletionTimestamp)
        .map(item => `${kind} ${item.metadata.name}`);
    });
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
    expect(statuses(proof)).toEqual(HOLDS);
    expect(proof.neighbour).toBe('canary');
    expect([...phases]).toContain('attacking');
    await expectNothingLeft();
  });

  it.each(Object.entries(MOST))(
    'asks no more of the API server and of Vault than it has to: %s',
    async (how, most) => {
      const { cluster } = lab;
      const { kubernetes, vault } = cluster;
      // Its signs of life are nobody's proof.
      const client = KubernetesClient.fromConfig(cluster.config);
      const view = WatchCache.ofTenants(client, cluster.config);
      const memory = how.startsWith('from') && {
        view,
        vault: new VaultView(vault),
      };
      const prove = () =>
        proveTenants({ cluster, tenants: pair.plans, ...memory });
      try {
        // What is remembered is read with the first question.
        await prove();
        const before = [kubernetes.requests, vault.requests];
        const proof = (await prove()).get(pair.plans[0].spec.name)!;
        const after = [kubernetes.requests, vault.requests];
        expect(statuses(proof)).toEqual(HOLDS);
        const [asked, ofVault] = after.map((count, i) => count - before[i]);
        process.stdout.write(
          `Requests of a pair's round ${how}: ${asked} of the API server, ${ofVault} of Vault\n`,
        );
        expect(asked).toBeLessThanOrEqual(most.kubernetes);
        expect(ofVault).toBeLessThanOrEqual(most.vault);
      } finally {
        view.stop();
      }
    },
  );

  it(`finds no breach in ${SOUND.proofs} proofs of sound tenants on a busy machine`, async () => {
    const others = await Pair.createAll(lab, 't-sound', SOUND.pairs - 1);
    const busy = cpus().map(() =>
      spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }),
    );
    const seen = { holds: 0, unproven: 0 };
    const breaches: string[] = [];
    const doubts = new Map<string, number>();
    try {
      let rounds = SOUND.proofs / 2;
      await Promise.all(
        [pair, ...others].map(async one => {
          while (rounds-- > 0) {
            for (const [name, proof] of await one.prove(new Hands(lab))) {
              const found = statuses(proof);
              if (found.includes('breached')) {
                breaches.push(
                  `${name}: ${proof.verdicts.map(v => v.summary).join('; ')}`,
                );
              }
              const holds = found.every(status => status === 'holds');
              seen[holds ? 'holds' : 'unproven']++;
              for (const { status, summary } of proof.verdicts) {
                if (status === 'unproven') {
                  doubts.set(summary, (doubts.get(summary) ?? 0) + 1);
                }
              }
            }
          }
        }),
      );
    } finally {
      busy.forEach(child => child.kill('SIGKILL'));
      await Promise.all(others.map(other => other.remove()));
    }
    process.stdout.write(
      `Sound tenants under load: ${JSON.stringify(seen)}, ${
        breaches.length
      } breached; ${JSON.stringify([...doubts])}\n`,
    );
    expect(breaches).toEqual([]);
    expect(seen.holds + seen.unproven).toBe(SOUND.proofs);
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
    await expectNothingLeft();
  });

  it('gives a fresh policy its time to bite, and says how long it took', async () => {
    const [a] = pair.plans;
    const hands = new Hands(lab);
    const { config } = lab.cluster;
    const settling = (settleMs: number): ClusterProfile => ({
      ...config,
      proofs: { ...config.proofs, settleMs },
    });
    await hands.create(a, 'NetworkPolicy', 'open', ALL_OUT);
    // The node has taken it up once something got through.
    hands.profile = settling(0);
    const open = (await pair.prove(hands)).get(a.spec.name)!;
    expect(open.verdicts[0]).toMatchObject({
      wall: 'network',
      status: 'breached',
    });

    // It is mended as soon as the next proof's pod has dialled, and looked at after.
    const closed = untilItDials(a).then(() => hands.mend());
    const proofs = await proveTenants({
      cluster: {
        ...lab.cluster,
        config: settling(SETTLE_MS),
        kubernetes: withLatePolicies(closed),
      },
      tenants: pair.plans,
    });
    await closed;
    const proof = proofs.get(a.spec.name)!;
    expect(proof.verdicts.map(v => [v.status, v.summary])).toEqual(
      WALLS.map(() => ['holds', expect.any(String)]),
    );
    expect(proof.timeToEnforceMs).toBeGreaterThan(0);
    expect(proof.timeToEnforceMs).toBeLessThan(SETTLE_MS);
    expect(proof.verdicts[0].summary).toMatch(/; open for \d+\.\d s after/);
  });

  /** Until the next proof pod of a tenant has said what it reached first: by then it has dialled all else. */
  async function untilItDials({ names }: TenantPlan): Promise<void> {
    const { namespace } = names;
    const listed = async () => {
      const { items } = await lab.admin.list(
        refOf('Pod', undefined, namespace),
        PROOF,
      );
      return items.map(({ metadata }) => metadata.name);
    };
    const before = await listed();
    await new Hands(lab).waitFor(async () => {
      for (const name of await listed()) {
        if (!before.includes(name) && (await hasAnswered(namespace, name))) {
          return true;
        }
      }
      return false;
    }, 'a proof pod to dial');
  }

  async function hasAnswered(
    namespace: string,
    name: string,
  ): Promise<boolean> {
    try {
      for await (const line of lab.admin.logs({ namespace, name })) {
        if (line.includes('"code":"OK"')) {
          return true;
        }
      }
    } catch {
      // It does not run yet.
    }
    return false;
  }

  /** The cluster, but that policies are read only once something has happened. */
  function withLatePolicies(after: Promise<unknown>): Cluster['kubernetes'] {
    const { kubernetes } = lab.cluster;
    const list: typeof kubernetes.list = async (ref, options) => {
      if (ref.kind.endsWith('NetworkPolicy')) {
        await after;
      }
      return kubernetes.list(ref, options);
    };
    return replacing(kubernetes, { list });
  }

  it('outlives an API server that goes away and comes back', async () => {
    const [a] = pair.plans;
    const gated = await GatedLab.open();
    let away: Promise<void> | undefined;
    const goAway = async () => {
      gated.kubernetes.cut();
      await sleep(1_500);
      gated.kubernetes.open();
    };
    try {
      const proofs = await proveTenants({
        cluster: portalLab({ clusters: gated.clusters }).cluster,
        tenants: pair.plans,
        onProgress: (_, { phase }) => {
          if (phase === 'attacking') {
            away ??= goAway();
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
      await gated.stop();
    }
    await expectNothingLeft();
  });

  it('is unproven, and says why, where the API server is away', async () => {
    const gated = await GatedLab.open();
    const { cluster } = portalLab({ clusters: gated.clusters });
    await gated.stop();
    const proofs = await proveTenants({ cluster, tenants: pair.plans });
    for (const { verdicts } of proofs.values()) {
      expect(verdicts.map(v => v.status)).toEqual(WALLS.map(() => 'unproven'));
      expect(verdicts[0].summary).toMatch(
        /could not begin: .*can't be reached/,
      );
    }
  });

  it('sweeps what a killed portal has left', async () => {
    const [{ names }] = pair.plans;
    const { namespace } = names;
    const name = 'threewalls-proof-orphan';
    const labels = { 'threewalls.io/proof': 'proof' };
    const metadata = { namespace, name, labels };
    const few = { cpu: '10m', memory: '16Mi' };
    const made = await create(
      lab.admin,
      objectOf('Pod', metadata, {
        spec: {
          containers: [
            {
              name: 'proof',
              image: IMAGES.agnhost,
              args: ['pause'],
              resources: { requests: few, limits: few },
              securityContext: RESTRICTED.container,
            },
          ],
          securityContext: RESTRICTED.pod,
        },
      }),
    );
    const fetches = refOf('ExternalSecret', undefined, namespace);
    const [own] = (await lab.admin.list<any>(fetches)).items;
    const { uid } = made.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }];
    const fetch = objectOf(
      'ExternalSecret',
      { ...metadata, ownerReferences },
      // Its own key, so that there is a Secret.
      { spec: { ...own.spec, target: { name, creationPolicy: 'Owner' } } },
    );
    expect((await lab.admin.create(fetch)).status).toBe(201);
    const secret = refOf('Secret', name, namespace);
    const hasSecret = async () => (await lab.admin.get(secret)) !== undefined;
    await new Hands(lab).waitFor(hasSecret, 'the Secret');
    const what = `${namespace}/${name}`;
    const sweep = (olderThanMs: number) =>
      sweepProofPods(onlyOf(namespace), NO_CANARY, olderThanMs);
    expect(await sweep(3_600_000)).not.toContain(what);
    await sleep(1_100);
    expect(await sweep(1_000)).toContain(what);
    await expectNothingLeft();
    await new Hands(lab).waitFor(
      async () => !(await hasSecret()),
      'the Secret to be gone',
    );
  });
});
