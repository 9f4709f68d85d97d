import { stringify } from 'yaml';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { TenantAuthorizer } from '../TenantAuthorizer';
import { TenantEngine } from '../TenantEngine';
import { FakeCluster } from './FakeCluster';

/** The owner group of the tests, and one that the user is no member of. */
export const OWNER = 'group:default/acme-team';
export const STRANGERS = 'group:default/globex-team';

/** Planted: must never show in a log, an output or an error. */
export const PLANTED = {
  clusterToken: 'Planted-cluster-token-4711',
  vaultSecret: 'Planted-vault-secret-0815',
  ownerPassword: 'Planted-owner-password-42',
};

export const entities = [OWNER, STRANGERS, 'user:default/mock'].map(ref => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: ref.startsWith('user:') ? 'User' : 'Group',
  metadata: { name: ref.split('/')[1], namespace: 'default' },
  spec: { type: 'team', children: [] },
}));

const credentials = createMockDirectory();

/** Config of a portal with clusters `lab` and `other`, both of them the fakes. */
export function configOf(fakes: { lab: FakeCluster; other: FakeCluster }) {
  credentials.setContent({
    'role-id': 'portal',
    'secret-id': PLANTED.vaultSecret,
    ...Object.fromEntries(
      Object.entries(fakes).map(([name, { url }]) => [name, kubeconfig(url)]),
    ),
  });
  return {
    tenants: {
      // The fake's node has no capacity to speak of.
      overcommit: true,
      clusters: Object.entries(fakes).map(([name, { url }]) => ({
        name,
        kubernetes: { kubeconfig: credentials.resolve(name) },
        vault: {
          address: url,
          login: {
            approle: {
              roleIdFile: credentials.resolve('role-id'),
              secretIdFile: credentials.resolve('secret-id'),
            },
          },
        },
      })),
    },
  };
}

/** Plain HTTP is taken only where a kubeconfig says that TLS need not be. */
function kubeconfig(server: string): string {
  return stringify({
    'current-context': 'fake',
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'portal' } }],
    clusters: [
      { name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'portal', user: { token: PLANTED.clusterToken } }],
  });
}

/** An engine upon the fakes, for a user who is a member of {@link OWNER}. */
export function engineOf(
  config: ReturnType<typeof configOf>,
  options: { permitted?: boolean } = {},
): TenantEngine {
  const platform = readPlatform(mockServices.rootConfig({ data: config }));
  const { permitted = true } = options;
  const result = permitted ? AuthorizeResult.ALLOW : AuthorizeResult.DENY;
  const clusters = Clusters.fromPlatform(platform);
  const services = {
    auth: mockServices.auth(),
    catalog: catalogServiceMock({ entities }),
  };
  return TenantEngine.create({
    ...services,
    platform,
    clusters,
    tenants: new TenantsClient({
      discoveryApi: { getBaseUrl: async () => 'http://127.0.0.1:9' },
    }),
    authorizer: TenantAuthorizer.create({
      ...services,
      clusters,
      permissions: mockServices.permissions.mock({
        authorize: async requests => requests.map(() => ({ result })),
      }),
      userInfo: mockServices.userInfo({ ownershipEntityRefs: [OWNER] }),
    }),
    auditor: mockServices.auditor.mock({
      createEvent: async () => ({
        success: async () => {},
        fail: async () => {},
      }),
    }),
  });
}

/** A context of an action that keeps all that it is told. */
export function contextOf(
  input: Record<string, unknown>,
  over: {
    isDryRun?: boolean;
    signal?: AbortSignal;
    workspacePath?: string;
    ownerPassword?: string;
  } = {},
) {
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const outputs: Record<string, unknown> = {};
  const context = {
    ...createMockActionContext({
      input: input as any,
      secrets: { ownerPassword: over.ownerPassword ?? PLANTED.ownerPassword },
      workspacePath: over.workspacePath ?? '/nowhere',
    }),
    logger: { info: say, warn: say, error: say, debug: say },
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    getInitiatorCredentials: async () => mockCredentials.user(),
    isDryRun: over.isDryRun,
    signal: over.signal,
  };
  return { context: context as any, said, outputs };
}
