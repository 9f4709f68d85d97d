import {
  createMockDirectory,
  mockCredentials,
  mockServices,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import {
  OWNER,
  PLANTED,
  startTenantsBackend,
} from '../../../tenants-backend/src/__testUtils__/startTenantsBackend';
import * as actions from '../actions';
import { TenantTasks } from '../TenantTasks';

export { OWNER, PLANTED };
export { makeByHand } from '../../../tenants-backend/src/__testUtils__/handMade';
export { STRANGERS } from '../../../tenants-backend/src/__testUtils__/startTenantsBackend';
export { allowAll } from '../../../tenants-backend/src/__testUtils__/startTenantsBackend';

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

/** Every action, with an input that is good for a tenant that is there. */
export const ALL = {
  'tenant:create': [actions.createTenantCreateAction, spec],
  'tenant:n8n:apply': [actions.createTenantN8nApplyAction, spec],
  'tenant:namespace:apply': [actions.createTenantNamespaceApplyAction, spec],
  'tenant:plan': [actions.createTenantPlanAction, spec],
  'tenant:remove': [
    actions.createTenantRemoveAction,
    { name: 'acme', confirm: 'acme' },
  ],
  'tenant:render': [actions.createTenantRenderAction, spec],
  'tenant:resize': [
    actions.createTenantResizeAction,
    { name: 'acme', size: 'medium' },
  ],
  'tenant:restore': [actions.createTenantRestoreAction, { name: 'acme' }],
  'tenant:roll-out': [
    actions.createTenantRollOutAction,
    { onlyOutdated: false },
  ],
  'tenant:secrets:apply': [actions.createTenantSecretsApplyAction, spec],
  'tenant:walls:apply': [actions.createTenantWallsApplyAction, spec],
  'tenant:walls:prove': [
    actions.createTenantWallsProveAction,
    { name: 'acme' },
  ],
} as const;

export type Id = keyof typeof ALL;
export const ids = Object.keys(ALL) as Id[];

/** Runs an action as a task would; what it put out, and all that it said. */
export async function run(
  id: Id,
  input: object = {},
  over: {
    isDryRun?: boolean;
    signal?: AbortSignal;
    ownerPassword?: string;
  } = {},
) {
  const [create, good] = ALL[id];
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const outputs: Record<string, any> = {};
  const context = {
    ...createMockActionContext({
      input: { ...good, ...input } as any,
      secrets: { ownerPassword: over.ownerPassword ?? PLANTED.ownerPassword },
      workspacePath: workspace.path,
    }),
    logger: { info: say, warn: say, error: say, debug: say },
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    getInitiatorCredentials: async () => mockCredentials.user(),
    isDryRun: over.isDryRun,
    signal: over.signal,
  };
  const error = await create({ tasks })
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
