import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { adminLab, VAULT_ADDR } from './support/lab';

// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const DEPLOYED = resolve(__dirname, '../../../deploy/vault');
const NAME = 't-portal-in-vault';

/** Both policies that a portal may have in Vault. */
describe.each(['threewalls-portal.hcl', 'threewalls-portal-templated.hcl'])(
  'The portal in Vault, with %s',
  file => {
    const { vault } = adminLab();
    let token: string;
    let entity: string;

    /** What Vault answers to the portal. */
    async function ask(method: string, path: string, body?: object) {
      const response = await fetch(`${VAULT_ADDR}/v1/${path}`, {
        method,
        headers: { 'X-Vault-Token': token },
        body: body && JSON.stringify(body),
      });
      return response.status;
    }

    beforeAll(async () => {
      await vault.expect('PUT', `sys/policies/acl/${NAME}`, {
        policy: readFileSync(resolve(DEPLOYED, file), 'utf8'),
      });
      const auth = await vault.expect('POST', 'auth/token/create', {
        policies: [NAME],
        ttl: '5m',
      });
      token = auth.client_token;
      const made = await vault.expect('POST', 'identity/entity', {
        name: NAME,
      });
      entity = `identity/entity/id/${made.id}`;
    });

    afterAll(async () => {
      await vault.request('DELETE', `identity/entity/name/${NAME}`);
      await vault.request('DELETE', `sys/policies/acl/${NAME}`);
    });

    it('gives no entity a policy, a name or anything else', async () => {
      for (const change of [
        { policies: ['root'] },
        { policies: [NAME] },
        { policies: [NAME], disabled: true },
        { name: 'another' },
        { metadata: { role: 'admin' } },
        { disabled: false },
      ]) {
        expect([change, await ask('POST', entity, change)]).toEqual([
          change,
          403,
        ]);
      }
      const { policies, name, disabled } = await vault.expect('GET', entity);
      expect({ policies, name, disabled }).toEqual({
        policies: [],
        name: NAME,
        disabled: false,
      });
      // Nor does it make one, or an alias, or a group.
      for (const path of ['entity', 'entity-alias', 'group']) {
        const made = await ask('POST', `identity/${path}`, {
          name: `${NAME}-2`,
          policies: ['root'],
        });
        expect([path, made]).toEqual([path, 403]);
      }
    });

    it('sees every role of an auth method, and changes none but tenants’', async () => {
      expect(await ask('LIST', 'auth/kubernetes/role')).toBe(200);
      expect(await ask('GET', 'auth/kubernetes/config')).toBe(200);
      expect(await ask('GET', 'auth/kubernetes/role/no-such')).toBe(404);
      for (const path of [
        'auth/kubernetes/config',
        'auth/kubernetes/role/other',
        'auth/approle/role/threewalls-portal',
      ]) {
        expect([path, await ask('POST', path, { policies: 'root' })]).toEqual([
          path,
          403,
        ]);
      }
      // A way to somebody's login is no setting of a role.
      for (const path of ['role-id', 'secret-id']) {
        const approle = `auth/approle/role/threewalls-portal/${path}`;
        expect(await ask('GET', approle)).toBe(403);
        expect(await ask('LIST', approle)).toBe(403);
      }
    });

    it('disables an entity, which ends its tokens', async () => {
      expect(await ask('POST', entity, { disabled: true })).toBe(204);
      expect((await vault.expect('GET', entity)).disabled).toBe(true);
      expect(await ask('DELETE', entity)).toBe(204);
    });
  },
);
