import {
  createMockDirectory,
  mockCredentials,
  mockServices,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { TemplateAction } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import {
  allowAll,
  OWNER,
  PLANTED,
  startTenantsBackend,
  STRANGERS,
} from '../../../tenants-backend/src/__testUtils__/startTenantsBackend';
import { actions } from '../actions';
import { TenantTasks } from '../TenantTasks';

export { allowAll, OWNER, PLANTED, STRANGERS };
export { makeByHand } from '../../../tenants-backend/src/__testUtils__/handMade';
export { until } from '../../../tenants-backend/src/__testUtils__/until';

export const workspace = createMockDirectory();

/** The real tenants backend, upon fake clusters. */
export let backend: Awaited<ReturnType<typeof startTenantsBackend>>;
export let tasks: TenantTasks;

beforeEach(async () => {
  backend = await startTenantsBackend();
  const { port } = backend.server.address() as { port: number };
  tasks = new TenantTasks({
    tenants: new TenantsClient({
      discoveryApi: {
        getBaseUrl: async () => `http://127.0.0.1:${port}/api/tenants`,
      },
    }),
    auth: mockServices.auth(),
    catalog: catalogServiceMock({
      entities: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: { name: 'acme', namespace: 'default' },
        },
      ],
    }),
  });
});

afterEach(() => backend.stop());

/** Requests that changed something in a cluster or in Vault. */
export const writes = (): object[] => [
  ...backend.lab.writes,
  ...backend.other.writes,
];

const spec = { name: 'acme', owner: OWNER, cluster: 'lab' };

/** An input of each action that is good for a tenant that is there. */
const GOOD = {
  'tenant:create': spec,
  'tenant:n8n:apply': spec,
  'tenant:namespace:apply': spec,
  'tenant:plan': spec,
  'tenant:remove': { name: 'acme', confirm: 'acme' },
  'tenant:render': spec,
  'tenant:resize': { name: 'acme', size: 'medium' },
  'tenant:restore': { name: 'acme' },
  'tenant:roll-out': { onlyOutdated: false },
  'tenant:secrets:apply': spec,
  'tenant:walls:apply': spec,
  'tenant:walls:prove': { name: 'acme' },
};

export type Id = keyof typeof GOOD;
export const ids = Object.keys(GOOD) as Id[];

export function actionOf(id: Id): TemplateAction<any, any, any> {
  return actions.map(create => create(tasks)).find(one => one.id === id)!;
}

/** Runs an action as a task would; what it put out, and all that it said. */
export async function run(
  id: Id,
  input: object = {},
  over: {
    isDryRun?: boolean;
    signal?: AbortSignal;
    /** Its id */
    task?: string;
    ownerPassword?: string;
    /** What a task keeps, also for when it is retried */
    checkpoints?: Map<string, unknown>;
  } = {},
) {
  const { checkpoints = new Map() } = over;
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const outputs: Record<string, any> = {};
  const context = {
    ...createMockActionContext({
      input: { ...GOOD[id], ...input } as any,
      secrets: { ownerPassword: over.ownerPassword ?? PLANTED.ownerPassword },
      workspacePath: workspace.path,
    }),
    logger: { info: say, warn: say, error: say, debug: say },
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    getInitiatorCredentials: async () => mockCredentials.user(),
    async checkpoint({ key, fn }: { key: string; fn(): Promise<unknown> }) {
      if (!checkpoints.has(key)) {
        checkpoints.set(key, await fn());
      }
      return checkpoints.get(key);
    },
    ...(over.task && { task: { id: over.task } }),
    isDryRun: over.isDryRun,
    signal: over.signal,
  };
  const error = await actionOf(id)
    .handler(context as any)
    .then(
      () => undefined,
      (e: Error) => e,
    );
  return { error, said, outputs };
}

/** What a user could ever see of a run. */
export function expectNoSecret(of: Awaited<ReturnType<typeof run>>) {
  const { error, said, outputs } = of;
  const seen = JSON.stringify([
    said,
    outputs,
    error?.message,
    error?.stack,
    error,
  ]);
  for (const secret of [...Object.values(PLANTED), 'fake-vault-token']) {
    expect(seen).not.toContain(secret);
  }
}
