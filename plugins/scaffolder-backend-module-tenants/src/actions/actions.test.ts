import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import {
  ALL,
  engine,
  expectNoSecret,
  ids,
  lab,
  other,
  run,
  workspace,
} from '../__testUtils__/run';
import { PLANTED } from '../__testUtils__/setup';
import * as actions from '.';

describe('the actions', () => {
  it('have the ids of the templates', () => {
    const made = Object.values(actions).map(create => create({ engine }).id);
    expect(made.sort()).toEqual(ids);
  });

  it.each(ids)('%s has examples that are YAML and call it', id => {
    const { examples = [], supportsDryRun, schema } = ALL[id][0]({ engine });
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

describe('a bad input', () => {
  it.each([
    [{ name: '' }],
    [{ name: 'Acme' }],
    [{ name: 'canary' }],
    [{ name: '-a' }],
    [{ name: 'a'.repeat(64) }],
    [{ name: 'a"}\npath "*" {' }],
    [{ owner: 'acme-team' }],
    [{ size: 'enormous' }],
    [{ cluster: 'nowhere' }],
    [{ cluster: undefined }],
    [{ egressHosts: ['api.saas.test'] }],
    [{ egressCidrs: ['0.0.0.0/0'] }],
    [{ egressCidrs: ['169.254.169.254/32'] }],
    [{ egressCidrs: ['../'] }],
    [{ email: 'nobody' }],
  ])('%j is an InputError, and nothing is changed', async input => {
    const result = await run('tenant:create', input);
    expect(result.error).toMatchObject({ name: 'InputError' });
    expect([...lab.writes, ...other.writes]).toEqual([]);
    expectNoSecret(result);
  });

  it('is a password that n8n would not take, and it is not shown', async () => {
    for (const ownerPassword of ['Short-1', 'Long-1'.repeat(11)]) {
      const result = await run('tenant:create', {}, { ownerPassword });
      expect(result.error).toMatchObject({ name: 'InputError' });
      expect(result.error!.message).toMatch(/has 8 to 64 characters/);
      expect(JSON.stringify(result)).not.toContain(ownerPassword);
      expect(lab.writes).toEqual([]);
    }
  });

  it('without the name typed again is refused by tenant:remove', async () => {
    await run('tenant:create');
    const before = lab.writes.length;
    const { error } = await run('tenant:remove', { confirm: 'acne' });
    expect(error).toMatchObject({ name: 'InputError' });
    expect(lab.writes).toHaveLength(before);
  });
});

describe('what they do', () => {
  it('creates, changes nothing the second time, resizes and removes', async () => {
    const first = await run('tenant:create');
    expect(first.error).toBeUndefined();
    expect(first.outputs).toMatchObject({
      namespace: 'web-tenant-acme',
      updated: 0,
      unchanged: 0,
    });
    const second = await run('tenant:create');
    expect(second.outputs).toMatchObject({ created: 0, updated: 0 });
    expect(second.outputs.unchanged).toBe(first.outputs.created);
    for (const part of ['n8n', 'namespace', 'secrets', 'walls'] as const) {
      const { outputs } = await run(`tenant:${part}:apply`);
      expect(outputs).toMatchObject({ created: 0, updated: 0 });
    }
    const resized = await run('tenant:resize');
    expect(resized.outputs.updated).toBeGreaterThan(0);
    const removed = await run('tenant:remove');
    expect(removed).toMatchObject({
      error: undefined,
      outputs: { removed: true },
    });
    expect([...lab.objects.keys()]).toEqual([]);
    [first, second, resized, removed].forEach(expectNoSecret);
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
    expect(lab.writes).toEqual([]);
  });

  it.each(ids.filter(id => id !== 'tenant:render'))(
    '%s writes nothing in a dry run',
    async id => {
      await run('tenant:create');
      const before = lab.writes.length;
      const result = await run(id, {}, { isDryRun: true });
      expect(result.error).toBeUndefined();
      expect(lab.writes).toHaveLength(before);
      expectNoSecret(result);
    },
  );

  it('tenant:render writes files into the workspace and nothing elsewhere', async () => {
    const { outputs, error } = await run('tenant:render');
    expect(error).toBeUndefined();
    expect(lab.writes).toEqual([]);
    for (const file of outputs.files as string[]) {
      const text = await readFile(workspace.resolve(file), 'utf8');
      expect(text).not.toContain(PLANTED.ownerPassword);
    }
    const escape = await run('tenant:render', { targetPath: '../../etc' });
    expect(escape.error?.name).toBe('NotAllowedError');
  });

  it('stops when the task is cancelled', async () => {
    const result = await run(
      'tenant:create',
      {},
      { signal: AbortSignal.abort() },
    );
    expect(result.error?.name).toBe('AbortError');
    expect(lab.writes).toEqual([]);
  });
});
