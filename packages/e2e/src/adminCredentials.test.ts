import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { labState, portalLab } from './support/lab';

const root = resolve(__dirname, '../../..');

/** What runs as the portal, and what tells it where to find its credentials. */
const PORTAL = [
  'app-config.yaml',
  'app-config.lab.yaml',
  'deploy',
  'examples',
  'packages/app',
  'packages/backend',
  'plugins',
  'scripts',
  'templates',
];

const GENERATED = ['node_modules', 'dist', 'dist-types', 'coverage'];

/** Names by which the lab's administrator and Vault's root are reached. */
const ADMIN =
  /admin\.kubeconfig|adminKubeconfig|root-?token|vault-?init|O=system:masters/i;

/** What tries npm start looks at the lab as its administrator; a try has its own Vault. */
const ADMINS = ['scripts/start.test.ts', 'scripts/lib/tryOutVault.ts'];

function files(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path)
        .filter(name => !GENERATED.includes(name))
        .flatMap(name => files(join(path, name)))
    : [path];
}

describe('the portal’s own code', () => {
  it('names no administrator’s credential', () => {
    const all = PORTAL.flatMap(path => files(join(root, path)));
    expect(all.length).toBeGreaterThan(200);
    const guilty = all
      .filter(file => !ADMINS.includes(relative(root, file)))
      .filter(file => ADMIN.test(readFileSync(file, 'utf8')))
      .map(file => relative(root, file));
    expect(guilty).toEqual([]);
  });

  it('is found guilty where it does', () => {
    // The tests themselves do open them: that is what is looked for.
    expect(
      ADMIN.test(readFileSync(join(__dirname, 'support/lab.ts'), 'utf8')),
    ).toBe(true);
  });
});

describe('npm start', () => {
  const config = readFileSync(join(root, 'app-config.lab.yaml'), 'utf8');
  const named = (field: string) =>
    [...config.matchAll(new RegExp(`^\\s*${field}: (.*)$`, 'gm'))].map(match =>
      match[1].replace('${THREEWALLS_LAB_STATE}', labState),
    );

  it('hands the portal its own kubeconfig and AppRole', () => {
    const portal = join(labState, 'portal');
    expect(named('kubeconfig')).toEqual([join(portal, 'kubeconfig')]);
    expect(named('roleIdFile')).toEqual([join(portal, 'vault-role-id')]);
    expect(named('secretIdFile')).toEqual([join(portal, 'vault-secret-id')]);
    expect(named('(?:token|tokenFile|inCluster)')).toEqual([]);
  });

  it('makes it the portal in the cluster and in Vault', async () => {
    const { cluster } = portalLab();
    const review = await cluster.kubernetes.expect<any>({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      },
    });
    expect(review.status.userInfo).toMatchObject({
      username: 'system:serviceaccount:threewalls-system:threewalls-portal',
      groups: expect.not.arrayContaining(['system:masters']),
    });
    const token = await cluster.vault.read('auth/token/lookup-self');
    expect(token.policies.sort()).toEqual(['default', 'threewalls-portal']);
  });
});
