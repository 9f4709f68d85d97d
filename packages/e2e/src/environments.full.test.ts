import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  ensureCanary,
  KubernetesObject,
  objectPath,
  TenantProof,
} from '@threewalls/backstage-plugin-tenants-node';
import { denyPods, podAdmission } from './support/admission';
import { create, merge, portalLab, refOf, remove } from './support/lab';
import { until } from './support/until';
import { VaultOverTls } from './support/vaultOverTls';
import { openLab } from './wallsLab';
import { Pair } from './wallsRows';

jest.setTimeout(600_000);

const PREFIX = `t-env-${process.pid}`;
/** An account's range on OpenShift; the namespace's annotation has it there. */
const UID = 1000720000;
// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const REJECTING = join(__dirname, 'support', 'rejectingNetwork.mjs');
const DNS_PORT = 8053;
const inSystem = (kind: string, name: string) =>
  refOf(kind, name, 'kube-system');
const CONFIG_MAP = inSystem('ConfigMap', 'coredns');
const DEPLOYMENT = inSystem('Deployment', 'coredns');

/** A kind of cluster that this one can be made into: rows of docs/environments.md. */
interface Environment {
  title: string;
  /** What a platform team says of it */
  config: JsonObject;
  /** Makes the lab one; undone afterwards */
  make?(): Promise<void>;
  /** What a proof says when config does not say it */
  without?: RegExp;
}

describe('Kinds of clusters, played by the lab', () => {
  const { admin, ...lab } = openLab();
  const undo: (() => Promise<unknown>)[] = [];
  const tls = new VaultOverTls();
  const overTls = (caFile: string) => ({
    clusters: [tls.cluster(caFile)],
    network: { provider: 'cilium' },
  });

  afterAll(() => tls.remove());

  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) {
      await step();
    }
    // Other tests' tenants are proved against it.
    await ensureCanary(lab.cluster);
  });

  async function addAll(objects: KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      undo.push(() => remove(admin, object));
      await create(admin, object);
    }
  }

  /** Lets the cluster's resolver listen on a port, behind the same Service. */
  async function resolverOn(port: number): Promise<void> {
    const { data } = (await admin.get<any>(CONFIG_MAP))!;
    const change = (ref: typeof DEPLOYMENT, body: object) =>
      merge(admin, objectPath(ref), body);
    await change(CONFIG_MAP, {
      data: { Corefile: data.Corefile.replace(/^\.:\d+/m, `.:${port}`) },
    });
    const ports = ['UDP', 'TCP'].map(protocol => ({
      name: protocol === 'UDP' ? 'dns' : 'dns-tcp',
      port: 53,
      targetPort: port,
      protocol,
    }));
    await change(inSystem('Service', 'kube-dns'), { spec: { ports } });
    const annotations = { 'threewalls.test/port': String(port) };
    await change(DEPLOYMENT, {
      spec: { template: { metadata: { annotations } } },
    });
    await until(async () => {
      const { metadata, spec, status } = (await admin.get<any>(DEPLOYMENT))!;
      const { updatedReplicas, replicas, availableReplicas } = status;
      return (
        status.observedGeneration === metadata.generation &&
        [updatedReplicas, replicas, availableReplicas].every(
          count => count === spec.replicas,
        )
      );
    });
  }

  /** Sets users and groups as OpenShift does, and refuses those of pods' own. */
  async function usersByAdmission(): Promise<void> {
    const ours = {
      name: 'ours',
      expression: `request.namespace.startsWith('web-tenant-${PREFIX}')`,
    };
    const unset = {
      name: 'unset',
      expression:
        '!has(object.spec.securityContext.runAsUser) && object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.runAsUser))',
    };
    const set = podAdmission(
      'Mutating',
      `${PREFIX}-set`,
      {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConditions: [ours, unset],
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: {
              expression: `Object{spec: Object.spec{
  securityContext: Object.spec.securityContext{fsGroup: ${UID}, seLinuxOptions: Object.spec.securityContext.seLinuxOptions{level: "s0:c27,c4"}},
  containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, securityContext: Object.spec.containers.securityContext{runAsUser: ${UID}}})
}}`,
            },
          },
        ],
      },
      {},
    );
    const refuse = denyPods(
      `${PREFIX}-refuse`,
      `object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.runAsUser) && c.securityContext.runAsUser == ${UID})`,
      'Invalid value: must be in the ranges of the namespace',
      { spec: { failurePolicy: 'Fail', matchConditions: [ours] } },
    );
    await addAll([...set, ...refuse]);
    // Admission learns of a policy a moment after the API server.
    await sleep(3_000);
  }

  /** Answers what walls deny by a rejection, from now on. */
  async function networkThatRejects(): Promise<void> {
    const args = [REJECTING, `web-tenant-${PREFIX}`];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    undo.push(async () => {
      child.stdin.end();
      await once(child, 'exit');
    });
    await once(child.stdout, 'data');
  }

  /** Puts TLS before Vault, and looks what a portal says that has the wrong CA. */
  async function vaultOverTls(): Promise<void> {
    await addAll(tls.objects());
    const of = (caFile: string) => portalLab(overTls(caFile)).cluster.vault;
    await until(() =>
      of(tls.caFile)
        .health()
        .catch(() => undefined),
    );
    await expect(of(tls.otherCaFile).health()).rejects.toThrow(
      /Vault can't be reached: .*certificate.*the CA in vault\.caFile/,
    );
  }

  const environments: Environment[] = [
    ...['kind', 'eks', 'gke', 'gke-autopilot', 'aks', 'talos'].map(preset => ({
      title: `${preset}: its settings`,
      config: { preset },
    })),
    {
      title: 'CoreDNS on another port than its Service',
      config: { network: { provider: 'cilium', dns: { ports: [DNS_PORT] } } },
      async make() {
        undo.push(() => resolverOn(53));
        await resolverOn(DNS_PORT);
      },
      without: /on port 53: if the cluster's resolver listens elsewhere/,
    },
    {
      title: "OpenShift's users and groups by admission",
      config: {
        network: { provider: 'cilium' },
        pods: { securityContext: 'platform' },
      },
      make: usersByAdmission,
    },
    {
      title: 'k3s: its settings, on a network that rejects',
      config: { preset: 'k3s' },
      make: networkThatRejects,
      without: /REFUSED: .*TIMEOUT \(tenants\.network\.denial\)/,
    },
    {
      title: 'Vault over https, with a private CA',
      config: overTls(tls.caFile),
      make: vaultOverTls,
    },
  ];

  const walls = ({ verdicts }: TenantProof) =>
    verdicts.map(v => `${v.wall} ${v.status}: ${v.summary}`);

  /** Proves two tenants as a portal of that config makes them. */
  async function prove(config: JsonObject, at: string) {
    const over = { network: {}, ...config };
    const there = { ...lab, admin, ...portalLab(over) };
    await ensureCanary(there.cluster);
    const names = ['a', 'b'].map(side => `${PREFIX}-${at}${side}`);
    const pair = await Pair.create(there, names[0], names[1]);
    undo.push(() => pair.remove());
    return [...pair.first.values()];
  }

  it.each(environments.map((one, i) => [one.title, one, i] as const))(
    '%s',
    async (_, { config, make, without }, i) => {
      await make?.();
      const network = { provider: 'cilium' };
      const unsaid = without ? await prove({ network }, `${i}x`) : [];
      for (const proof of unsaid) {
        expect(proof.verdicts[0]).toMatchObject({
          wall: 'network',
          status: 'unproven',
        });
        const reasons = proof.receipts.map(({ reason }) => reason).join('\n');
        expect(reasons).toMatch(without!);
      }
      for (const proof of await prove(config, String(i))) {
        expect(walls(proof)).toEqual(
          WALLS.map(wall =>
            expect.stringMatching(`^${wall} holds: All \\d+ attacks blocked`),
          ),
        );
      }
    },
  );
});
