import { VaultView } from '@threewalls/backstage-plugin-tenants-node';
import { Sight } from './Sight';

const QUOTA = { apiVersion: 'v1', kind: 'ResourceQuota' };
const ROLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' };

/** A cluster and a Vault that answer with the same until they are told otherwise. */
class World {
  readonly #lists = new Map<string, object[]>();
  readonly vaultHas = new Map<string, unknown>();
  problem: string | undefined;
  #vault = new VaultView({
    request: async (method: string, path: string) => ({
      status: 200,
      data: structuredClone(this.vaultHas.get(`${method} ${path}`)),
      errors: [],
    }),
  } as any);

  change(key: string) {
    this.#lists.delete(key);
  }

  get views() {
    const list = async (key: string): Promise<any> => {
      const items = this.#lists.get(key) ?? [];
      this.#lists.set(key, items);
      return this.problem ? { problem: this.problem } : { items, at: 'now' };
    };
    this.#vault = this.#vault.renewed();
    return {
      view: {
        list: ({ kind }: { kind: string }, namespace = '') =>
          list(`${kind} ${namespace}`),
        kinds: (group = '') => list(`kinds ${group}`),
      },
      vault: this.#vault,
    };
  }
}

let world: World;
let sight: Sight;

beforeEach(async () => {
  world = new World();
  world.vaultHas.set('GET role/a', { policies: ['a'] });
  world.vaultHas.set('LIST role', { keys: ['a'] });
  sight = new Sight();
  const { view, vault } = sight.of(world.views);
  await view.list(QUOTA, 'acme');
  await view.list(ROLE);
  await view.kinds('cilium.io');
  await vault.read('role/a');
  await vault.read('role/gone');
  await vault.list('role');
  await vault.made('all', async all => {
    const seen = await all.read('role/of-all');
    return 'data' in seen ? { made: { of: seen.data } } : seen;
  });
});

describe('what was seen', () => {
  it('is the same as long as all answers are', async () => {
    expect(await sight.isSame(world.views)).toBe(true);
    world.change('ResourceQuota other');
    world.vaultHas.set('GET role/b', {});
    expect(await sight.isSame(world.views)).toBe(true);
  });

  it.each([
    ['an object of the namespace', () => world.change('ResourceQuota acme')],
    ['an object anywhere', () => world.change('Role ')],
    ['what is served', () => world.change('kinds cilium.io')],
    ['what Vault has', () => world.vaultHas.set('GET role/a', {})],
    ['what Vault had not', () => world.vaultHas.set('GET role/gone', {})],
    ['what is made of it', () => world.vaultHas.set('GET role/of-all', {})],
    ['what Vault lists', () => world.vaultHas.set('LIST role', { keys: [] })],
    [
      'what can’t be read',
      () => {
        world.problem = 'away';
      },
    ],
  ])('is another where this is: %s', async (_, change) => {
    change();
    expect(await sight.isSame(world.views)).toBe(false);
  });

  it('is never the same where it could not be read, or nothing was', async () => {
    world.problem = 'away';
    await sight.of(world.views).view.list(QUOTA, 'acme');
    expect(await sight.isSame(world.views)).toBe(false);
    world.problem = undefined;
    expect(await sight.isSame(world.views)).toBe(false);
    expect(await new Sight().isSame(world.views)).toBe(false);
  });
});
