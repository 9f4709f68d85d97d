import { readFile } from 'node:fs/promises';
import { objectPath } from '@threewalls/backstage-plugin-tenants-node';
import { parse, parseAllDocuments } from 'yaml';
import {
  actionOf,
  allowAll,
  backend,
  expectNoSecret,
  ids,
  makeByHand,
  PLANTED,
  run,
  STRANGERS,
  tasks,
  until,
  workspace,
  writes,
} from '../__testUtils__/run';
import { actions } from '.';

jest.setTimeout(60_000);

describe('the actions', () => {
  it('have the ids of the templates', () => {
    const made = actions.map(create => create(tasks).id);
    expect(made.sort()).toEqual(ids);
  });

  it.each(ids)('%s has examples that are YAML and call it', id => {
    const { examples = [], supportsDryRun, schema } = actionOf(id);
    expect(supportsDryRun).toBe(true);
    expect(examples.length).toBeGreaterThan(0);
    for (const { example } of examples) {
      const [step] = parse(example).steps;
      expect(step.action).toBe(id);
      expect(Object.keys((schema!.input as any).properties)).toEqual(
        expect.arrayContaining(Object.keys(step.input)),
      );
    }
  });
});

describe('what is refused', () => {
  it.each<[object, string, RegExp]>([
    [{ name: 'canary' }, 'InputError', /reserved/],
    [{ name: 'a"}\npath "*" {' }, 'InputError', /lower-case letters/],
    [{ owner: STRANGERS }, 'NotAllowedError', /not one of its members/],
    [{ owner: 'group:default/nobody' }, 'InputError', /in the catalog/],
    [{ size: 'enormous' }, 'InputError', /no size enormous/],
    [{ cluster: undefined }, 'InputError', /which\? There is lab, other/],
    [{ egressCidrs: ['0.0.0.0/0'] }, 'InputError', /./],
    [{ email: 'nobody' }, 'InputError', /e-mail/],
    [{ name: 'taken' }, 'InputError', /the catalog has/],
  ])('%j is so as the backend says', async (input, name, message) => {
    for (const id of ['tenant:create', 'tenant:plan'] as const) {
      const result = await run(id, input);
      expect(result.error).toMatchObject({ name });
      expect(result.error!.message).toMatch(message);
      expectNoSecret(result);
    }
    expect(writes()).toEqual([]);
  });

  it('is a password that n8n would not take, and it is not shown', async () => {
    for (const ownerPassword of ['Short-1', 'Long-1'.repeat(11)]) {
      const result = await run('tenant:create', {}, { ownerPassword });
      expect(result.error).toMatchObject({ name: 'InputError' });
      expect(result.error!.message).toMatch(/has 8 to 64 characters/);
      expect(JSON.stringify(result)).not.toContain(ownerPassword);
      expect(writes()).toEqual([]);
    }
  });

  it('is a removal without the name typed again', async () => {
    await backend.create('acme');
    const before = writes().length;
    const { error } = await run('tenant:remove', { confirm: 'acne' });
    expect(error).toMatchObject({ name: 'InputError' });
    expect(writes()).toHaveLength(before);
  });

  it.each(ids.filter(id => id !== 'tenant:roll-out'))(
    '%s refuses one whom the policy denies',
    async id => {
      await backend.create('acme');
      const before = writes().length;
      allowAll(
        backend.permissions,
        'tenant.create',
        'tenant.prove',
        'tenant.remove',
        'tenant.resize',
        'tenant.restore',
        'tenant.administer',
      );
      const result = await run(id);
      expect(result.error).toMatchObject({ name: 'NotAllowedError' });
      expect(writes()).toHaveLength(before);
      expectNoSecret(result);
    },
  );
});

describe('what they do', () => {
  it('creates, changes nothing the second time, resizes, restores and removes', async () => {
    const first = await run('tenant:create');
    expect(first.error).toBeUndefined();
    expect(first.outputs).toMatchObject({
      namespace: 'web-tenant-acme',
      updated: 0,
      unchanged: 0,
    });
    expect(first.said).toContainEqual(
      expect.stringMatching(/^created {4}Namespace web-tenant-acme {2}\d+ ms$/),
    );
    const second = await run('tenant:create', {}, { ownerPassword: '' });
    expect(second.outputs).toMatchObject({ created: 0, updated: 0 });
    expect(second.outputs.unchanged).toBe(first.outputs.created);
    for (const part of ['n8n', 'namespace', 'secrets', 'walls'] as const) {
      const { outputs } = await run(`tenant:${part}:apply`);
      expect(outputs).toMatchObject({ created: 0, updated: 0 });
    }
    const resized = await run('tenant:resize');
    expect(resized.outputs.updated).toBeGreaterThan(0);
    const restored = await run('tenant:restore');
    expect(restored.outputs).toMatchObject({ created: 0, updated: 0 });
    const removed = await run('tenant:remove');
    expect(removed).toMatchObject({
      error: undefined,
      outputs: { removed: true, kept: [] },
    });
    expect([...backend.lab.objects.keys()]).toEqual([]);
    [first, second, resized, restored, removed].forEach(expectNoSecret);
  });

  it('plans an adoption, and says why there is none', async () => {
    const from = { fromNamespace: 'n8n-acme', fromDeployment: 'acme-n8n-main' };
    for (const id of ['tenant:plan', 'tenant:create'] as const) {
      expect((await run(id, from)).error?.message).toMatch(
        /There is no Deployment acme-n8n-main/,
      );
    }
    makeByHand(backend.lab);
    const { outputs } = await run('tenant:plan', from);
    expect(outputs.adoption).toMatch(
      /### 1\. administrator: copy n8n's key[^]*vault kv put[^]*### 3\. portal: apply tenant acme[^]*### Undo, before step 4/,
    );
  });

  it('proves, and fails where a wall does not hold', async () => {
    await backend.create('acme');
    const proved = await run('tenant:walls:prove');
    expect(proved).toMatchObject({
      error: undefined,
      outputs: {
        walls: [{ wall: 'network', status: 'holds' }, {}, {}],
        entityRef: 'resource:default/acme',
      },
    });
    backend.prover.status.set('acme', 'unproven');
    const { error } = await run('tenant:walls:prove');
    expect(error!.message).toMatch(/not ready: network is unproven/);
    const allowed = await run('tenant:walls:prove', { allowUnproven: true });
    expect(allowed.error).toBeUndefined();
    backend.prover.status.set('acme', 'breached');
    const breached = await run('tenant:walls:prove', { allowUnproven: true });
    expect(breached.error!.message).toMatch(/network is breached/);
  });

  it('rolls out in waves, and stops where a wall does not hold', async () => {
    for (const name of ['a', 'b', 'c']) {
      await backend.create(name);
    }
    backend.prover.status.set('b', 'breached');
    const waves = { first: 1, next: 1 };
    const stopped = await run('tenant:roll-out', waves);
    expect(stopped.error!.message).toMatch(
      /stopped \(b: the network wall is breached.*1 of 3 tenants are done/,
    );
    backend.prover.status.delete('b');
    const done = await run('tenant:roll-out', waves);
    expect(done).toMatchObject({ error: undefined, outputs: { done: 3 } });
  });

  it('says whether anything of a tenant was there', async () => {
    expect((await run('tenant:plan')).outputs.exists).toBe(false);
    await run('tenant:namespace:apply');
    expect((await run('tenant:plan')).outputs.exists).toBe(true);
    await run('tenant:remove');
    expect((await run('tenant:plan')).outputs.exists).toBe(false);
  });

  it('removes nothing where nothing is, if a clean-up asks', async () => {
    const { error } = await run('tenant:remove');
    expect(error).toMatchObject({ name: 'NotFoundError' });
    const cleanUp = await run('tenant:remove', { ifExists: true });
    expect(cleanUp).toMatchObject({
      error: undefined,
      outputs: { removed: false },
    });
    expect(writes()).toEqual([]);
  });

  it('proves anew in a task that is retried, whatever was found before', async () => {
    await backend.create('acme');
    const checkpoints = new Map();
    const prove = () => run('tenant:walls:prove', {}, { checkpoints });
    backend.prover.status.set('acme', 'breached');
    expect((await prove()).error?.message).toMatch(/network is breached/);
    backend.prover.status.delete('acme');
    expect((await prove()).error).toBeUndefined();
    backend.prover.status.set('acme', 'breached');
    expect((await prove()).error?.message).toMatch(/network is breached/);
  });

  it.each(ids.filter(id => id !== 'tenant:render'))(
    '%s writes nothing in a dry run',
    async id => {
      await backend.create('acme');
      const before = writes().length;
      const result = await run(id, {}, { isDryRun: true });
      expect(result.error).toBeUndefined();
      expect(writes()).toHaveLength(before);
      expectNoSecret(result);
    },
  );

  it('tenant:render writes files into the workspace and nothing elsewhere', async () => {
    const { outputs, error } = await run('tenant:render');
    expect(error).toBeUndefined();
    expect(writes()).toEqual([]);
    for (const file of outputs.files as string[]) {
      const text = await readFile(workspace.resolve(file), 'utf8');
      expect(text).not.toContain(PLANTED.ownerPassword);
    }
    const escape = await run('tenant:render', { targetPath: '../../etc' });
    expect(escape.error?.name).toBe('NotAllowedError');
  });

  it('makes a tenant of what was rendered and others have applied', async () => {
    const { outputs } = await run('tenant:render', { adopt: false });
    const files = (outputs.files as string[]).filter(f => f.endsWith('.yaml'));
    // As Argo CD does, before the portal knows anything of it.
    for (const file of files) {
      const text = await readFile(workspace.resolve(file), 'utf8');
      for (const document of parseAllDocuments(text)) {
        const object = document.toJS();
        const path = objectPath({ ...object, ...object.metadata });
        await fetch(`${backend.lab.url}${path}`, {
          method: 'PATCH',
          body: JSON.stringify(object),
        });
      }
    }
    const applied = new Map(backend.lab.objects);
    const refused = await run('tenant:create', { adopt: false });
    expect(refused.error?.message).toMatch(/have an administrator .* adopt/);

    const keyless = await run('tenant:create', { adopt: true });
    expect(keyless.error?.message).toMatch(/or say beginAnew/);
    const first = { adopt: true, beginAnew: true };
    const made = await run('tenant:create', first);
    expect(made.error).toBeUndefined();
    expect(made.outputs.updated).toBe(0);
    const { objects } = backend.lab;
    const added = [...objects.keys()].filter(path => !applied.has(path));
    expect(added).toEqual([
      '/v1/sys/policies/acl/tenant-acme',
      '/v1/auth/kubernetes/role/tenant-acme',
      '/v1/secret/metadata/web-tenant-acme',
    ]);
    for (const [path, { metadata }] of applied) {
      expect(objects.get(path).metadata).toEqual(metadata);
    }
    expect((await run('tenant:walls:prove')).error).toBeUndefined();
    const again = await run('tenant:create', { adopt: true });
    expect(again.outputs).toMatchObject({ created: 0, updated: 0 });
    [made, again].forEach(expectNoSecret);
  });

  it('cancels with the task what it has started', async () => {
    const gate = backend.lab.hold(/PATCH .*serviceaccounts/);
    const task = new AbortController();
    const running = run('tenant:create', {}, { signal: task.signal });
    await until(() => backend.lab.held > 0);
    task.abort();
    expect((await running).error?.name).toBe('AbortError');
    gate();
    const last = async () =>
      (await backend.get('/tenants/acme/operations')).items[0];
    await until(async () => !!(await last()).finishedAt);
    expect(await last()).toMatchObject({
      request: { kind: 'apply' },
      state: 'cancelled',
    });
  });

  it('cancels nothing that somebody else waits for', async () => {
    await backend.create('acme');
    const gate = backend.lab.hold(/PATCH .*resourcequotas/);
    const first = new AbortController();
    const { signal } = first;
    const cancelled = run('tenant:resize', {}, { task: 'a', signal });
    await until(() => backend.lab.held > 0);
    const other = run('tenant:resize', {}, { task: 'b' });
    const joined = { state: 'running', task: null };
    await until(
      async () => (await backend.knex('operations').where(joined)).length > 0,
    );
    first.abort();
    expect((await cancelled).error?.name).toBe('AbortError');
    gate();
    expect((await other).error).toBeUndefined();
    expect((await cancelled).said).toContainEqual(
      expect.stringMatching(/goes on/),
    );
    expect(await backend.get('/tenants/acme')).toMatchObject({
      spec: { size: 'medium' },
    });
  });

  it('goes on when the backend is back', async () => {
    const release = backend.prover.hold();
    await backend.create('acme');
    const { tenants } = (tasks as any).options;
    const { getOperation } = tenants;
    let failures = 0;
    tenants.getOperation = async (...args: any[]) => {
      if (failures++ < 3) {
        throw new TypeError('fetch failed');
      }
      release();
      return getOperation.apply(tenants, args);
    };
    expect((await run('tenant:walls:prove')).error).toBeUndefined();
    expect(failures).toBeGreaterThan(3);
  });
});
