import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import tenantsPlugin from '@threewalls/backstage-plugin-tenants-backend';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { parse } from 'yaml';
import { FakeCluster } from '../../tenants-backend/src/__testUtils__/FakeCluster';
import { FakeProver } from '../../tenants-backend/src/__testUtils__/FakeProver';
import {
  configOf,
  ENTITIES,
  PLANTED,
} from '../../tenants-backend/src/__testUtils__/startTenantsBackend';
import { until } from '../../tenants-backend/src/__testUtils__/until';
import { engineServiceRef } from '../../tenants-backend/src/engine';
import tenantsModule from '.';

jest.setTimeout(60_000);

const template = parse(
  readFileSync(
    resolve(__dirname, '../templates/create-tenant/template.yaml'),
    'utf8',
  ),
);
/** Whoever the mock services say has started the task. */
const OWNER = 'user:default/mock';
const NAMESPACE = '/api/v1/namespaces/web-tenant-acme';
const ENTRY = '/v1/secret/metadata/web-tenant-acme';

function expectNoSecret(text: string) {
  for (const secret of Object.values(PLANTED)) {
    expect(text).not.toContain(secret);
  }
}

/**
 * The real template in the real scaffolder, with the real tenants backend, upon a
 * fake cluster. The proof is told to fail, after all was created.
 */
describe('the template create-tenant, when its last step fails', () => {
  const credentials = createMockDirectory();
  const prover = new FakeProver();
  let lab: FakeCluster;
  let other: FakeCluster;
  let backend: Awaited<ReturnType<typeof startTestBackend>>;

  beforeAll(async () => {
    [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
    const data = configOf(
      credentials,
      { lab, other },
      {
        network: { ingress: { namespaces: ['ingress'] } },
        n8n: { ingress: { host: '{{ name }}.n8n.example.com' } },
      },
    );
    const platform = readPlatform(mockServices.rootConfig({ data }));
    prover.status.set('acme', 'breached');
    backend = await startTestBackend({
      features: [
        scaffolderPlugin,
        tenantsModule,
        tenantsPlugin,
        createServiceFactory({
          service: engineServiceRef,
          deps: {},
          factory: () => ({
            platform,
            clusters: Clusters.fromPlatform(platform),
            prove: prover.prove,
            checkState: prover.checkState,
          }),
        }),
        mockServices.rootConfig.factory({ data }),
        mockServices.userInfo.factory(),
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        catalogServiceMock.factory({
          entities: [
            ...ENTITIES,
            template,
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'Resource',
              metadata: {
                name: 'acme',
                namespace: 'default',
                annotations: { 'threewalls.io/tenant': 'acme' },
              },
            },
          ],
        }),
      ],
    });
  });

  afterEach(async () => {
    await remove();
    lab.objects.clear();
    lab.seen.length = 0;
  });

  afterAll(async () => {
    await backend.stop();
    await lab.stop();
    await other.stop();
  });

  const call = async (path: string, body?: object) => {
    const { port } = backend.server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer mock-user-token',
      },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const json = async (path: string, body?: object) =>
    JSON.parse((await call(path, body)).text);

  const submit = (values: object, secrets: object = {}) =>
    call('scaffolder/v2/tasks', {
      templateRef: 'template:default/create-tenant',
      values: { name: 'acme', owner: OWNER, cluster: 'lab', ...values },
      secrets,
    });

  async function remove() {
    const operations = 'tenants/tenants/acme/operations';
    const request = { kind: 'remove', confirm: 'acme' };
    const { id } = await json(operations, request);
    await until(
      async () => !id || !!(await json(`${operations}/${id}`)).finishedAt,
    );
  }

  /** Runs a task to its end; what became of each step, and all that was said. */
  async function run(values: object) {
    const { ownerPassword } = PLANTED;
    const { id } = JSON.parse((await submit(values, { ownerPassword })).text);
    const task = `scaffolder/v2/tasks/${id}`;
    let status = '';
    await until(async () => {
      ({ status } = await json(task));
      return ['completed', 'failed', 'cancelled'].includes(status);
    }, 20_000);
    const { text: said } = await call(`${task}/events`);
    expectNoSecret(said);
    const steps: Record<string, string> = {};
    for (const { body } of JSON.parse(said)) {
      if (body.stepId && body.status) {
        steps[body.stepId] = body.status;
      }
    }
    return { status, steps, said };
  }

  it('shows what it would do in a dry run, and links to n8n where it is exposed', async () => {
    const { text } = await call('scaffolder/v2/dry-run', {
      template,
      values: { name: 'acme', owner: OWNER, cluster: 'lab' },
      secrets: { ownerPassword: PLANTED.ownerPassword },
      directoryContents: [],
    });
    expect(JSON.parse(text).output.links).toContainEqual({
      title: 'Open n8n',
      url: 'http://acme.n8n.example.com',
    });
    expect(text).toContain('would create');
    expect(lab.writes).toEqual([]);
    expectNoSecret(text);
  });

  it('keeps what exists where nothing else was asked for', async () => {
    const { status, steps, said } = await run({});
    expect(status).toBe('failed');
    expect(steps).toMatchObject({ n8n: 'completed', prove: 'failed' });
    expect(steps.cleanUp).toBe('skipped');
    expect(said).not.toContain('No pod is left');
    expect(lab.objects.has(NAMESPACE)).toBe(true);
  });

  it('removes what it has created, where that was asked for', async () => {
    const { status, steps, said } = await run({ onFailure: 'remove' });
    expect(status).toBe('failed');
    expect(steps).toMatchObject({ prove: 'failed', cleanUp: 'completed' });
    expect(said).toContain('Nothing else is left');
    expect([...lab.objects.keys()].filter(k => !/canary/.test(k))).toEqual([]);
  });

  it('never removes a tenant that was there before', async () => {
    await run({});
    const { steps } = await run({ onFailure: 'remove' });
    expect(steps).toMatchObject({ prove: 'failed', cleanUp: 'skipped' });
    expect(lab.objects.has(NAMESPACE)).toBe(true);
  });

  it('nor one of which only the entry in Vault was left', async () => {
    lab.objects.set(ENTRY, { current_version: 1 });
    const { steps } = await run({ onFailure: 'remove' });
    expect(steps).toMatchObject({ secrets: 'failed', cleanUp: 'skipped' });
    expect(lab.objects.has(ENTRY)).toBe(true);
  });

  it('has nothing to remove where nothing was created', async () => {
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
      expect(lab.writes).toEqual([]);
    },
  );
});
