import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import { parse } from 'yaml';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { configOf, entities, PLANTED } from './__testUtils__/setup';
import tenantsModule from '.';

const template = parse(
  readFileSync(
    resolve(__dirname, '../../../templates/create-tenant/template.yaml'),
    'utf8',
  ),
);
/** Whoever the mock services say has started the task. */
const OWNER = 'user:default/mock';
const NAMESPACE = '/api/v1/namespaces/web-tenant-acme';
const ENTRY = '/v1/secret/metadata/web-tenant-acme';

/**
 * The real template in the real scaffolder, upon a fake cluster. No tenants
 * backend is there: every task fails at its proof, after all was created.
 */
describe('the template create-tenant, when its last step fails', () => {
  let lab: FakeCluster;
  let other: FakeCluster;
  let server: Awaited<ReturnType<typeof startTestBackend>>['server'];

  beforeAll(async () => {
    [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
    const { tenants } = configOf({ lab, other });
    const data = {
      tenants: {
        ...tenants,
        network: { ingressNamespace: 'ingress' },
        n8n: { ingress: { host: '{{ name }}.n8n.example.com' } },
      },
    };
    ({ server } = await startTestBackend({
      features: [
        scaffolderPlugin,
        tenantsModule,
        mockServices.rootConfig.factory({ data }),
        mockServices.userInfo.factory(),
        catalogServiceMock.factory({ entities: [...entities, template] }),
      ],
    }));
  });

  beforeEach(() => {
    lab.objects.clear();
    lab.seen.length = 0;
  });

  afterAll(async () => {
    await lab.stop();
    await other.stop();
  });

  const call = async (path: string, body?: object) => {
    const { port } = server.address() as { port: number };
    const response = await fetch(
      `http://127.0.0.1:${port}/api/scaffolder/v2/${path}`,
      {
        method: body ? 'POST' : 'GET',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer mock-user-token',
        },
        body: body && JSON.stringify(body),
      },
    );
    return { status: response.status, text: await response.text() };
  };

  const submit = (values: object, secrets: object = {}) =>
    call('tasks', {
      templateRef: 'template:default/create-tenant',
      values: { name: 'acme', owner: OWNER, cluster: 'lab', ...values },
      secrets,
    });

  /** Runs a task to its end; what became of each step, and all that was said. */
  async function run(values: object) {
    const { text } = await submit(values, {
      ownerPassword: PLANTED.ownerPassword,
    });
    const { id } = JSON.parse(text);
    for (let i = 0; i < 200; i++) {
      const { status } = JSON.parse((await call(`tasks/${id}`)).text);
      if (['completed', 'failed', 'cancelled'].includes(status)) {
        const { text: said } = await call(`tasks/${id}/events`);
        const steps: Record<string, string> = {};
        for (const { body } of JSON.parse(said)) {
          if (body.stepId && body.status) {
            steps[body.stepId] = body.status;
          }
        }
        expect(said).not.toContain(PLANTED.ownerPassword);
        return { status, steps, said };
      }
      await sleep(50);
    }
    throw new Error('The task did not end');
  }

  it('links to n8n where config exposes it', async () => {
    const { text } = await call('dry-run', {
      template,
      values: { name: 'acme', owner: OWNER, cluster: 'lab' },
      secrets: {},
      directoryContents: [],
    });
    expect(JSON.parse(text).output.links).toContainEqual({
      title: 'n8n itself',
      url: 'http://acme.n8n.example.com',
    });
  });

  it('keeps what exists where nothing else was asked for', async () => {
    const { status, steps, said } = await run({});
    expect(status).toBe('failed');
    expect(steps).toMatchObject({ n8n: 'completed', prove: 'failed' });
    expect(steps.cleanUp).toBe('skipped');
    expect(said).not.toContain('No pod is left');
    expect(lab.objects.has(NAMESPACE)).toBe(true);
  });

  it('takes away again what it has created, where that was asked for', async () => {
    const { status, steps, said } = await run({ onFailure: 'remove' });
    expect(status).toBe('failed');
    expect(steps).toMatchObject({ prove: 'failed', cleanUp: 'completed' });
    expect(said).toContain('Nothing is left');
    expect([...lab.objects.keys()]).toEqual([]);
  });

  it('never takes away a tenant that was there before', async () => {
    await run({});
    const { steps } = await run({ onFailure: 'remove' });
    expect(steps).toMatchObject({ prove: 'failed', cleanUp: 'skipped' });
    expect(lab.objects.has(NAMESPACE)).toBe(true);
  });

  it('nor one of which only the entry in Vault was left', async () => {
    lab.objects.set(ENTRY, { current_version: 1 });
    await run({ onFailure: 'remove' });
    expect(lab.objects.has(ENTRY)).toBe(true);
  });

  it('has nothing to take away where nothing was created', async () => {
    const { status, steps, said } = await run({
      onFailure: 'remove',
      size: 'enormous',
    });
    expect(status).toBe('failed');
    expect(steps).toMatchObject({ plan: 'failed', cleanUp: 'skipped' });
    expect(said).toContain('There is no size enormous');
    expect(lab.writes).toEqual([]);
  });

  it.each(['Short-1', `${'a'.repeat(60)}-long`])(
    'is refused with a password that n8n would not take: %s',
    async ownerPassword => {
      const { status, text } = await submit({}, { ownerPassword });
      expect(status).toBe(400);
      expect(text).toMatch(/secrets.ownerPassword does not meet/);
      expect(text).not.toContain(ownerPassword);
      expect(lab.seen).toEqual([]);
    },
  );
});
