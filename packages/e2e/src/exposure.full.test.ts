import { randomBytes } from 'node:crypto';
import {
  applyPlan,
  checkState,
  hashPassword,
  planTenant,
  RequestView,
  VaultView,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  create,
  IMAGES,
  objectOf,
  portalLab,
  refOf,
  remove,
  testSpec,
} from './support/lab';
import { changesOf, removePlan, written } from './support/plans';
import { forwardN8n } from './support/portForward';
import { until } from './support/until';
import { openLab } from './wallsLab';

jest.setTimeout(240_000);

const NAME = `t-exposed-${process.pid}`;
const CONTROLLER = `t-ingress-${process.pid}`;
const HOST = '{{ name }}.n8n.example.com';
const image = 'threewalls.local/n8n:2.41.1';
const EMAIL = 'owner@example.com';
const PASSWORD = `Pw1-${randomBytes(12).toString('hex')}`;
const network = { provider: 'cilium', ingress: { namespaces: [CONTROLLER] } };

describe('The way to n8n, on the lab', () => {
  const { admin } = openLab();
  const { platform, cluster } = portalLab({
    network,
    n8n: { image, ingress: { host: HOST, tlsSecretName: '{{ name }}-tls' } },
  });
  const plan = planTenant(testSpec(NAME, { email: EMAIL }), platform);
  const { names } = plan;
  const controller = objectOf('Namespace', { name: CONTROLLER });

  beforeAll(async () => {
    await create(admin, controller);
    await applyPlan(plan, cluster, {
      seed: { ownerPasswordHash: await hashPassword(PASSWORD) },
    });
  });

  afterAll(async () => {
    await remove(admin, controller);
    await removePlan(plan, cluster);
  });

  /** What a pod of a namespace is told that connects to n8n. */
  async function connectFrom(namespace: string): Promise<string> {
    const target = `n8n.${names.namespace}.svc.cluster.local:5678`;
    const container = {
      name: 'connect',
      image: IMAGES.agnhost,
      imagePullPolicy: 'IfNotPresent',
      args: ['connect', target, '--timeout=3s'],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
    const spec = {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [container],
    };
    const metadata = { namespace, name: `${NAME}-connects` };
    const pod = objectOf('Pod', metadata, { spec });
    await create(admin, pod);
    try {
      const { exitCode, message } = await until(async () => {
        const live = await admin.get<any>({ ...pod, ...pod.metadata });
        return live?.status?.containerStatuses?.[0]?.state?.terminated;
      }, 30);
      return exitCode === 0 ? 'OK' : String(message).trim();
    } finally {
      await remove(admin, pod);
    }
  }

  it('is an Ingress that stays as it is', async () => {
    const again = await applyPlan(plan, cluster);
    expect(again.map(r => r.id)).toContain('Ingress n8n');
    expect(written(again)).toEqual([]);
    expect(await changesOf(plan, cluster)).toEqual([]);
  });

  it('is known to n8n itself', async () => {
    const { url, end } = await forwardN8n(names.namespace);
    try {
      const login = await fetch(`${url}/rest/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ emailOrLdapLoginId: EMAIL, password: PASSWORD }),
      });
      const [cookie] = login.headers.getSetCookie();
      expect(cookie).toMatch(/; Secure/);
      const answer = await fetch(`${url}/rest/settings`, {
        headers: { cookie: cookie.split(';')[0] },
      });
      const { data } = (await answer.json()) as any;
      const own = `https://${NAME}.n8n.example.com`;
      expect(data).toMatchObject({
        urlBaseEditor: own,
        urlBaseWebhook: `${own}/`,
      });
    } finally {
      end();
    }
  });

  it('is open to the controller’s namespace and to no other', async () => {
    expect(await connectFrom(CONTROLLER)).toBe('OK');
    expect(await connectFrom('default')).toBe('TIMEOUT');
  });

  it('is not taken by who may edit another namespace', async () => {
    const look = async () => {
      const { verdicts, receipts } = await checkState({
        cluster,
        plan,
        view: new RequestView(cluster.kubernetes),
        vault: new VaultView(cluster.vault),
      });
      const { reason } =
        receipts.find(receipt => receipt.outcome === 'breached') ?? {};
      return [verdicts[0].status, reason];
    };
    expect(await look()).toEqual(['holds', undefined]);
    const own = refOf('Ingress', 'n8n', names.namespace);
    const { spec } = (await admin.get<any>(own))!;
    const taken = { namespace: CONTROLLER, name: 'taken' };
    await admin.create(objectOf('Ingress', taken, { spec }));
    expect(await look()).toEqual([
      'breached',
      expect.stringMatching(
        `^Ingress ${CONTROLLER}/taken takes what is sent to n8n's host`,
      ),
    ]);
  });

  it('says which CRDs are missing where there is no Gateway API', async () => {
    const gateway = { host: HOST, name: 'public', namespace: 'gateways' };
    const other = portalLab({ network, n8n: { image, gateway } });
    await expect(
      applyPlan(planTenant(testSpec(NAME), other.platform), other.cluster, {
        stages: ['workload'],
        wait: false,
      }),
    ).rejects.toThrow(
      /does not know HTTPRoute \(gateway.networking.k8s.io\/v1\): install its CRDs/,
    );
  });
});
