import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyPlan,
  checkState,
  diffPlan,
  hashPassword,
  planTenant,
  removeTenant,
  RequestView,
  VaultView,
} from '@threewalls/backstage-plugin-tenants-node';
import { IMAGES, portalLab, testSpec } from './support/lab';
import { forwardN8n } from './support/portForward';
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

  beforeAll(async () => {
    const metadata = { name: CONTROLLER };
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    await applyPlan(plan, cluster, {
      seed: { ownerPasswordHash: await hashPassword(PASSWORD) },
    });
  });

  afterAll(async () => {
    await admin.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: CONTROLLER,
    });
    await removeTenant({ name: NAME, names }, cluster, { confirm: NAME });
  });

  /** What a pod of a namespace is told that connects to n8n. */
  async function connectFrom(namespace: string): Promise<string> {
    const name = `${NAME}-connects`;
    const target = `n8n.${names.namespace}.svc.cluster.local:5678`;
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    await admin.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'connect',
            image: IMAGES.agnhost,
            imagePullPolicy: 'IfNotPresent',
            args: ['connect', target, '--timeout=3s'],
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
        ],
      },
    });
    try {
      for (let i = 0; i < 120; i++) {
        const live = await admin.get<any>(pod);
        const ended = live?.status?.containerStatuses?.[0]?.state?.terminated;
        if (ended) {
          return ended.exitCode === 0 ? 'OK' : String(ended.message).trim();
        }
        await sleep(250);
      }
      throw new Error(`${name} did not end`);
    } finally {
      await admin.delete(pod, { gracePeriodSeconds: 0 });
    }
  }

  it('is an Ingress that stays as it is', async () => {
    const again = await applyPlan(plan, cluster);
    const applied = again.filter(r => r.result !== 'ready');
    expect(applied.map(r => r.id)).toContain('Ingress n8n');
    expect(applied.filter(r => r.result !== 'unchanged')).toEqual([]);
    const differences = await diffPlan(plan, cluster);
    expect(differences.filter(d => d.change !== 'none')).toEqual([]);
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
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
    const own = { ...ingress, namespace: names.namespace, name: 'n8n' };
    await admin.create({
      ...ingress,
      metadata: { namespace: CONTROLLER, name: 'taken' },
      spec: (await admin.get<any>(own))!.spec,
    });
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
