import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import {
  HOLD_POLICY,
  planTenant,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { parseAllDocuments } from 'yaml';
import {
  CHART,
  DEPLOY,
  helm,
  render,
  renderDeploy,
} from '../../../scripts/lib/chart.ts';
import { testSpec } from './support/lab';
import { objectsOf, resourcesOf } from './support/plans';

jest.setTimeout(120_000);

/** In a portal's config and in the chart alike, and nothing as it is by default. */
const OTHERWISE = {
  accounts: {
    portal: { namespace: 'backstage', name: 'portal' },
    externalSecrets: { namespace: 'eso', name: 'operator' },
  },
  naming: { namespacePrefix: 'n8n-', kvPrefix: 'teams/n8n-' },
  vault: { kvMount: 'kv', authMount: 'k8s/prod' },
};
const TEMPLATED = {
  policies: 'templated',
  authAccessor: 'auth_kubernetes_1a2b',
  templatedPolicy: 'n8n-tenants',
};
const OTHERWISE_TEMPLATED = {
  ...OTHERWISE,
  vault: { ...OTHERWISE.vault, ...TEMPLATED },
};
const READ = ['get', 'list', 'watch'];
const EVERY_VERB = [...READ, 'create', 'patch', 'update', 'delete'];

/** The plan of a tenant, by a config that says the same. */
function planWith({ vault, ...tenants }: JsonObject) {
  const cluster = {
    name: 'lab',
    kubernetes: { kubeconfig: '/nowhere' },
    vault: {
      ...(vault as JsonObject),
      address: 'http://127.0.0.1:8200',
      login: { tokenFile: '/nowhere' },
    },
  };
  const config = { tenants: { ...tenants, clusters: [cluster] } };
  const platform = readPlatform(new ConfigReader(config));
  const plan = planTenant(testSpec('acme'), platform);
  return {
    names: plan.names,
    subjects: objectsOf(plan).flatMap((o: any) => o.subjects ?? []),
    vault: resourcesOf(plan).flatMap(r => (r.type === 'vault' ? [r] : [])),
  };
}

function objectsIn(files: Record<string, string>): any[] {
  return Object.entries(files)
    .filter(([file]) => file.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text))
    .map(document => document.toJS())
    .filter(Boolean);
}

/** Whether one of a policy's paths is this, where `+` is one segment and `*` any rest. */
function covers(policy: string, path: string): boolean {
  return [...policy.matchAll(/^path "([^"]*)"/gm)].some(([, known]) => {
    const pattern = known.replace(/\+/g, '[^/]+').replace(/\*$/, '.*');
    return new RegExp(`^${pattern}$`).test(path);
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

describe('the chart', () => {
  it('is what the plain files beside it were rendered from', async () => {
    const rendered = await renderDeploy();
    const checkedIn = filesBelow(DEPLOY)
      .filter(file => relative(CHART, file).startsWith('..'))
      .filter(file => !relative(DEPLOY, file).startsWith('monitoring'))
      .map(file => [relative(DEPLOY, file), readFileSync(file, 'utf8')]);
    // node scripts/renderDeploy.ts writes them anew.
    expect(Object.fromEntries(checkedIn)).toEqual(rendered);
  });

  it('has nothing that Helm would complain about', async () => {
    expect(await helm(['lint', '--strict'])).toMatch(/0 chart\(s\) failed/);
  });

  it('is of the version of the packages that it is published with', () => {
    const manifest = readFileSync(join(DEPLOY, '../package.json'), 'utf8');
    const { version } = JSON.parse(manifest);
    const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
    expect(chart).toMatch(`\nversion: ${version}\nappVersion: ${version}\n`);
  });

  it('has no default left where its values say otherwise', async () => {
    for (const values of [OTHERWISE, OTHERWISE_TEMPLATED]) {
      const text = Object.values(await render(values)).join();
      expect(text).not.toMatch(
        /web-tenant|threewalls-system|name: threewalls-portal\n {4}namespace|external-secrets$|auth\/kubernetes|"secret\//m,
      );
    }
  });

  it('is for the same account as the plan of a config that says the same', async () => {
    const { subjects, names } = planWith(OTHERWISE);
    const portal = { kind: 'ServiceAccount', ...OTHERWISE.accounts.portal };
    expect(subjects).toContainEqual(portal);
    const objects = objectsIn(await render(OTHERWISE));
    const bindings = objects.filter(({ kind }) => /RoleBinding$/.test(kind));
    expect(bindings.map(({ subjects: bound }) => bound)).toEqual(
      bindings.map(() => [portal]),
    );
    const policies = objects.filter(
      o => o.kind === 'ValidatingAdmissionPolicy',
    );
    expect(policies).toHaveLength(2);
    for (const { spec } of policies) {
      expect(spec.matchConditions[0].expression).toBe(
        "request.userInfo.username == 'system:serviceaccount:backstage:portal'",
      );
      expect(spec.validations[0].expression).toContain(".startsWith('n8n-')");
    }
    expect(names.namespace).toBe('n8n-acme');
  });

  it('lets the portal have in Vault what its plan needs, and no more', async () => {
    const { 'vault/threewalls-portal.hcl': policy } = await render(OTHERWISE);
    const { vault, names } = planWith(OTHERWISE);
    expect(names.kvPath).toBe('teams/n8n-acme');
    for (const path of [
      ...vault.map(resource => resource.path),
      `kv/data/${names.kvPath}`,
      `kv/metadata/${names.kvPath}`,
    ]) {
      expect([path, covers(policy, path)]).toEqual([path, true]);
    }
    expect(covers(policy, 'kv/data/teams/other')).toBe(false);
  });

  it.each([OTHERWISE, OTHERWISE_TEMPLATED])(
    'lets the portal see in Vault what proofs compare, also by paths with a slash (%#)',
    async values => {
      const { 'vault/threewalls-portal.hcl': policy } = await render(values);
      for (const path of [
        'auth/k8s/prod/role',
        'auth/k8s/prod/role/other',
        'auth/k8s/prod/config',
        'auth/other/role/one',
        'sys/policies/acl/team/reader',
      ]) {
        expect([path, covers(policy, path)]).toEqual([path, true]);
      }
    },
  );

  it('has the one policy of all tenants that the plan compares with', async () => {
    const files = await render(OTHERWISE_TEMPLATED);
    const [policy, role] = planWith(OTHERWISE_TEMPLATED).vault;
    expect(files['vault/n8n-tenants.hcl']).toBe(policy.body.policy);
    const portal = files['vault/threewalls-portal.hcl'];
    expect(covers(portal, policy.path)).toBe(true);
    expect(covers(portal, role.path)).toBe(true);
    expect(portal).toContain('"token_policies" = [["n8n-tenants"]]');
  });

  it('holds the walls only where it is asked to, for its own portal', async () => {
    const held = async (values: object) =>
      objectsIn(await render(values)).filter(
        ({ metadata }) => metadata.name === HOLD_POLICY,
      );
    expect(await held({})).toEqual([]);
    const [policy, binding] = await held({
      ...OTHERWISE,
      hold: { enabled: true },
    });
    expect(JSON.stringify(policy.spec.matchConditions)).toContain(
      "!= 'system:serviceaccount:backstage:portal'",
    );
    expect(binding.spec.validationActions).toEqual(['Deny']);
  });

  it('lets the portal have extra objects of the kinds that are named, and no others', async () => {
    const rule = { apiGroups: ['example.com'], resources: ['monitors'] };
    const before = objectsIn(await render({}));
    const after = objectsIn(await render({ extraObjects: [rule] }));
    const added = after.flatMap(({ metadata, rules = [] }, i) =>
      rules
        .filter(
          (r: object) => !JSON.stringify(before[i]).includes(JSON.stringify(r)),
        )
        .map((r: object) => [metadata.name, r]),
    );
    expect(added).toEqual([
      ['threewalls-portal', { ...rule, verbs: ['list', 'watch'] }],
      ['threewalls-portal-in-tenant', { ...rule, verbs: EVERY_VERB }],
    ]);
  });

  it('makes an account, and a namespace that is not the release’s own', async () => {
    const made = async (values: object) =>
      objectsIn(await render(values))
        .filter(({ kind }) => ['Namespace', 'ServiceAccount'].includes(kind))
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(await made({})).toEqual([
      'Namespace threewalls-system',
      'ServiceAccount threewalls-portal',
    ]);
    // Helm's default namespace is the release's here.
    const here = { portal: { namespace: 'default', name: 'portal' } };
    expect(await made({ accounts: here })).toEqual(['ServiceAccount portal']);
    expect(await made({ createAccount: false })).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ acounts: {} }, /acounts/],
    [{ naming: { prefix: 'n8n-' } }, /prefix/],
    [{ naming: { namespacePrefix: "x') || ('" } }, /namespacePrefix/],
    [{ naming: { namespacePrefix: '' } }, /namespacePrefix/],
    [{ accounts: { portal: { name: 'Portal' } } }, /portal/],
    [{ vault: { kvMount: 'secret/' } }, /kvMount/],
    [{ vault: { kvMount: '*' } }, /kvMount/],
    [{ vault: { authMount: 'a" {}' } }, /authMount/],
    [{ vault: { policies: 'one' } }, /policies/],
    [{ vault: { policies: 'templated' } }, /authAccessor/],
    ...['tenant-all', 'threewalls-portal'].map(
      (templatedPolicy): [object, RegExp] => [
        { vault: { ...TEMPLATED, templatedPolicy } },
        /templatedPolicy/,
      ],
    ),
    [
      { vault: TEMPLATED, naming: { kvPrefix: 'other-' } },
      /has to end in web-tenant-/,
    ],
    [{ readVersions: 'yes' }, /readVersions/],
    ...[
      { apiGroups: ['*'], resources: ['monitors'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] },
      { apiGroups: [''], resources: ['secrets'] },
      { apiGroups: [''], resources: ['pods/exec'] },
      { apiGroups: [''], resources: ['*'] },
    ].map((rule): [object, RegExp] => [
      { extraObjects: [rule] },
      /extraObjects/,
    ]),
    [{ hold: { breakGlassGroup: "a') || (true" } }, /breakGlassGroup/],
  ])('refuses %j', async (values, message) => {
    await expect(render(values)).rejects.toThrow(message);
  });
});
