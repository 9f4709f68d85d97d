import { createMockDirectory } from '@backstage/backend-test-utils';
import * as actions from '../actions';
import { TenantEngine } from '../TenantEngine';
import { FakeCluster } from './FakeCluster';
import { configOf, contextOf, engineOf, OWNER, PLANTED } from './setup';

export const workspace = createMockDirectory();

export let lab: FakeCluster;
export let other: FakeCluster;
export let engine: TenantEngine;
let config: ReturnType<typeof configOf>;

beforeEach(async () => {
  [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
  config = configOf({ lab, other });
  engine = engineOf(config);
});

afterEach(async () => {
  await lab.stop();
  await other.stop();
});

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
  'tenant:secrets:apply': [actions.createTenantSecretsApplyAction, spec],
  'tenant:walls:apply': [actions.createTenantWallsApplyAction, spec],
  'tenant:walls:prove': [
    actions.createTenantWallsProveAction,
    { name: 'acme' },
  ],
} as const;

export type Id = keyof typeof ALL;
export const ids = Object.keys(ALL) as Id[];
export const takesSpec = ids.filter(id => ALL[id][1] === spec);

export async function run(
  id: Id,
  input: object = {},
  over: Parameters<typeof contextOf>[1] & { permitted?: boolean } = {},
) {
  const [create, good] = ALL[id];
  const { context, said, outputs } = contextOf(
    { ...good, ...input },
    { workspacePath: workspace.path, ...over },
  );
  const action = create({ engine: engineOf(config, over) });
  const error = await action.handler(context).then(
    () => undefined,
    (e: Error) => e,
  );
  return { error, said, outputs };
}

/** What a user could ever see of a run. */
function seen(of: Awaited<ReturnType<typeof run>>): string {
  const { error, said, outputs } = of;
  return JSON.stringify([said, outputs, error?.message, error?.stack, error]);
}

export function expectNoSecret(of: Awaited<ReturnType<typeof run>>) {
  for (const secret of [...Object.values(PLANTED), 'fake-vault-token']) {
    expect(seen(of)).not.toContain(secret);
  }
}
