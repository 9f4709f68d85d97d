import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { tenantPermissions } from './permissions';

describe('docs/install.md', () => {
  it('has an example for the RBAC plugin that names every permission, and no other', () => {
    const guide = readFileSync(
      resolve(__dirname, '../../../docs/install.md'),
      'utf8',
    );
    const [, policy] = /^```csv .*\n([^]*?)^```$/m.exec(guide) ?? [];
    const named = [...policy.matchAll(/^p, [^,]+, (.*), allow$/gm)];
    const known = tenantPermissions.map(
      ({ name, attributes }) => `${name}, ${attributes.action}`,
    );
    expect([...new Set(named.map(([, what]) => what))].sort()).toEqual(
      known.sort(),
    );
  });
});
