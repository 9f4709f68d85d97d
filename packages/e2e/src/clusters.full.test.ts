import { Operation, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '@threewalls/backstage-plugin-tenants-node';
import { SecondCluster } from './clustersSecond';
import {
  expectDone,
  HOLDS,
  namesOf,
  Replica,
  ReplicasPortal,
} from './replicasPortal';
import { kubectl } from './support/kubectl';
import { adminLab, labCluster, portalAccess, refOf } from './support/lab';
import { REMOVAL } from './support/remains';
import { until } from './support/until';

jest.setTimeout(240_000);

const HERE = `two-here-${process.pid}`;
const THERE = `two-there-${process.pid}`;
/** Another in the second */
const STAYS = `two-stays-${process.pid}`;
const CLUSTER_OF: Record<string, string> = { [HERE]: 'lab', [THERE]: 'second' };
const namespaceOf = (name: string) => namesOf(name).namespace;

/** What a tenant has of its cluster's profile. */
interface Made {
  dns: unknown;
  names: boolean;
  pods: string;
  user: number | undefined;
  vault: { server: string; path: string; mount: string };
}

const AS_PROFILED: Record<string, Made> = {
  lab: {
    // Cilium's own policy has it.
    dns: undefined,
    names: true,
    pods: '10',
    user: 1000,
    vault: {
      server: 'http://sys-vault.sys-vault.svc.cluster.local:8200',
      path: 'secret',
      mount: 'kubernetes',
    },
  },
  second: {
    dns: { namespace: 'openshift-dns', ports: [5353] },
    names: false,
    pods: '7',
    user: undefined,
    vault: {
      server: 'http://127.0.0.1:18200',
      path: 'teams',
      mount: 'openshift',
    },
  },
};

describe('two real clusters of one portal, each with its own profile', () => {
  const admins: Record<string, Cluster> = { lab: adminLab() };
  let second: SecondCluster;
  let portal: ReplicasPortal;
  let api: Replica;

  beforeAll(async () => {
    second = await SecondCluster.up();
    admins.second = second.admin();
    portal = await ReplicasPortal.small({
      clusters: [labCluster(portalAccess), second.config()],
    });
    api = await portal.start('one');
  });

  afterAll(async () => {
    await remove(HERE).catch(() => undefined);
    await portal?.stop();
    await second?.reset();
  });

  const tenant = (name: string) => api.get(`/tenants/${name}`);
  const statusesOf = (name: string) => api.statuses(name);
  const order = (name: string, cluster = CLUSTER_OF[name]) =>
    api.order(name, { cluster });
  const prove = async (name: string) =>
    (await api.run(name, { kind: 'prove' })).verdicts!;

  /** Waits for no proof: without a node one takes a minute. */
  async function remove(name: string): Promise<Operation> {
    const path = `/tenants/${name}/operations`;
    const { items } = await api.get(path);
    for (const { id, finishedAt } of items) {
      if (!finishedAt) {
        await api.call('DELETE', `${path}/${id}`);
      }
    }
    return api.remove(name);
  }

  /** What an administrator types, in one of the clusters. */
  const type = (cluster: string, ...args: string[]) =>
    kubectl(args, cluster === 'lab' ? {} : { KUBECONFIG: second.kubeconfig });

  const spacesOf = (cluster: string) =>
    type(cluster, 'get', 'namespaces', '-o', 'name');

  async function madeIn(cluster: string, name: string): Promise<Made> {
    const { kubernetes } = admins[cluster];
    const namespace = namespaceOf(name);
    const object = (kind: string, called: string) =>
      kubernetes.get<any>(refOf(kind, called, namespace));
    const policy = await object('NetworkPolicy', 'tenant-isolation');
    const dns = policy.spec.egress.find((rule: any) =>
      rule.ports?.some(({ protocol }: any) => protocol === 'UDP'),
    );
    const quota = await object('ResourceQuota', 'tenant-quota');
    const n8n = await object('Deployment', 'n8n');
    const store = await object('SecretStore', 'vault');
    const { server, path, auth } = store.spec.provider.vault;
    const hasCilium = cluster === 'lab';
    const names =
      hasCilium && (await object('CiliumNetworkPolicy', 'tenant-egress'));
    const { securityContext } = n8n.spec.template.spec;
    return {
      dns: dns && {
        namespace: Object.values(dns.to[0].namespaceSelector.matchLabels)[0],
        ports: [...new Set(dns.ports.map(({ port }: any) => port))],
      },
      names: Boolean(names),
      pods: quota.spec.hard.pods,
      user: securityContext?.runAsUser,
      vault: { server, path, mount: auth.kubernetes.mountPath },
    };
  }

  it('offer what config says of each', async () => {
    const { clusters } = await api.get('/platform');
    expect(
      clusters.map((c: any) => [
        c.name,
        c.title,
        c.networkProvider,
        c.sizes.map(({ name, pods }: any) => `${name} ${pods}`),
      ]),
    ).toEqual([
      ['lab', 'lab', 'cilium', ['small 10', 'medium 20', 'large 40']],
      [
        'second',
        'Elsewhere',
        'kubernetes',
        ['small 7', 'tiny 10', 'medium 20', 'large 40'],
      ],
    ]);
  });

  it('make each a tenant as its own profile has it, and nothing in the other', async () => {
    const [here, there] = await Promise.all([
      order(HERE),
      order(THERE),
      order(STAYS, 'second'),
    ]);
    expectDone(here);
    // It has no node: all is there but a pod that runs.
    expect([there.state, there.error]).toEqual([
      'failed',
      expect.stringMatching(/Deployment n8n to be available/),
    ]);
    for (const [name, cluster] of Object.entries(CLUSTER_OF)) {
      expect([cluster, await madeIn(cluster, name)]).toEqual([
        cluster,
        AS_PROFILED[cluster],
      ]);
      const other = cluster === 'lab' ? 'second' : 'lab';
      expect(await spacesOf(other)).not.toContain(name);
      const inVaultOf = async (which: string) => {
        const { config, vault } = admins[which];
        const paths = [
          `sys/policies/acl/tenant-${name}`,
          `auth/${config.vault.authMount}/role/tenant-${name}`,
          `${config.vault.kvMount}/metadata/${namespaceOf(name)}`,
        ];
        const found = await Promise.all(paths.map(path => vault.read(path)));
        return found.map(Boolean);
      };
      expect(await inVaultOf(cluster)).toEqual([true, true, true]);
      expect(await inVaultOf(other)).toEqual([false, false, false]);
    }
  });

  it('prove it where pods can be had, and say why not where none can', async () => {
    const [here, there] = await Promise.all([HERE, THERE].map(prove));
    expect(here.map(v => v.status)).toEqual(HOLDS);
    // What is tried by dry runs alone can be proved without a node too.
    expect(there.map(v => `${v.wall} ${v.status}: ${v.summary}`)).toEqual([
      expect.stringMatching(/^network unproven: .*proof pod was not done/),
      expect.stringMatching(/^secret unproven: .*proof pod was not done/),
      expect.stringMatching(/^resource holds: All \d+ attacks blocked/),
    ]);
  });

  it('refuse a name that is used in the other', async () => {
    for (const [name, cluster] of [
      [HERE, 'second'],
      [THERE, 'lab'],
    ]) {
      await expect(order(name, cluster)).rejects.toThrow(
        new RegExp(`exists in cluster ${CLUSTER_OF[name]}, and a name is uniq`),
      );
      expect(await spacesOf(cluster)).not.toContain(name);
    }
  });

  it('see a wall turned in one of them, and the other’s as they were', async () => {
    const before = {
      [HERE]: await statusesOf(HERE),
      [THERE]: await statusesOf(THERE),
    };
    for (const [name, other] of [
      [HERE, THERE],
      [THERE, HERE],
    ]) {
      const cluster = CLUSTER_OF[name];
      await type(
        cluster,
        ...['patch', 'networkpolicy', 'tenant-isolation'],
        ...['--namespace', namespaceOf(name), '--type=merge'],
        ...['--patch', '{"spec":{"ingress":[{}]}}'],
      );
      await until(async () => (await statusesOf(name))[0] === 'breached', 30);
      expect(await statusesOf(other)).toEqual(before[other]);
      await api.run(name, { kind: 'apply' });
      if (name === HERE) {
        await until(async () => `${await statusesOf(HERE)}` === `${HOLDS}`, 60);
      }
    }
  });

  it('remove what one of them has, and nothing else', async () => {
    const { certificate } = expectDone(await remove(THERE));
    expect(certificate!.steps.map(({ step }) => step)).toEqual(REMOVAL);
    const spaces = await spacesOf('second');
    expect(spaces).not.toContain(THERE);
    expect(spaces).toContain(STAYS);
    const { vault } = admins.second;
    const entry = `teams/metadata/${namespaceOf(THERE)}`;
    expect(await vault.read(entry)).toBeUndefined();
    expect(await statusesOf(HERE)).toEqual(HOLDS);
  });

  it('go on in one while the other’s API server is down', async () => {
    second.stop('kube-apiserver');
    await until(async () => (await tenant(STAYS)).phase === 'lost', 30);
    const reason = expect.stringMatching(/^Can't reach cluster second: /);
    expect(await tenant(STAYS)).toMatchObject({
      lost: { reason },
      walls: WALLS.map(() => ({ status: 'unproven', summary: reason })),
    });
    const { problems } = await api.get('/health');
    expect(problems.map(({ part }: any) => part)).toEqual(['cluster second']);
    expect(await api.prove(HERE)).toEqual(HOLDS);
    expectDone(await remove(HERE));
    expect(await spacesOf('lab')).not.toContain(HERE);
    expect((await tenant(STAYS)).phase).toBe('lost');
  });
});
