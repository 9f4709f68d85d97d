import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import { parse } from 'yaml';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { configOf, entities, OWNER, PLANTED } from './__testUtils__/setup';
import tenantsModule from '.';

/** As the template has it. */
const linkToN8n = parse(
  readFileSync(
    resolve(__dirname, '../../../templates/create-tenant/template.yaml'),
    'utf8',
  ),
).spec.output.links.find((link: { title: string }) =>
  link.title.startsWith('n8n'),
);

let lab: FakeCluster;
let other: FakeCluster;

beforeAll(async () => {
  [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
});

afterAll(async () => {
  await lab.stop();
  await other.stop();
});

it('dry-runs a template of ours in a backend, and shows no secret', async () => {
  const { server } = await startTestBackend({
    features: [
      scaffolderPlugin,
      tenantsModule,
      mockServices.rootConfig.factory({ data: configOf({ lab, other }) }),
      mockServices.userInfo.factory(),
      catalogServiceMock.factory({ entities }),
    ],
  });
  const { port } = server.address() as { port: number };
  const dryRun = (owner: string) =>
    fetch(`http://127.0.0.1:${port}/api/scaffolder/v2/dry-run`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer mock-user-token',
      },
      body: JSON.stringify({
        template: {
          apiVersion: 'scaffolder.backstage.io/v1beta3',
          kind: 'Template',
          metadata: { name: 'create' },
          spec: {
            type: 'tenant',
            owner,
            steps: [
              {
                id: 'create',
                name: 'Create',
                action: 'tenant:create',
                input: { name: 'acme', owner, cluster: 'lab' },
              },
            ],
            output: {
              namespace: '${{ steps.create.output.namespace }}',
              links: [{ ...linkToN8n, title: 'n8n' }],
            },
          },
        },
        values: {},
        secrets: { ownerPassword: PLANTED.ownerPassword },
        directoryContents: [],
      }),
    });

  const mine = await dryRun('user:default/mock');
  const text = await mine.text();
  expect(mine.status).toBe(200);
  expect(JSON.parse(text).output).toEqual({
    namespace: 'web-tenant-acme',
    // Nothing is exposed.
    links: [],
  });
  expect(text).toContain('would create');
  const theirs = await dryRun(OWNER);
  expect(theirs.status).toBe(403);
  for (const secret of Object.values(PLANTED)) {
    expect(text).not.toContain(secret);
  }
  expect([...lab.writes, ...other.writes]).toEqual([]);
});
