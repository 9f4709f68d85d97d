import { run, lab, ids, takesSpec, expectNoSecret } from '../__testUtils__/run';
import { STRANGERS } from '../__testUtils__/setup';

describe('who may', () => {
  it.each(ids)('%s refuses one whom the policy denies', async id => {
    await run('tenant:create');
    const before = lab.writes.length;
    const result = await run(id, {}, { permitted: false });
    expect(result.error).toMatchObject({ name: 'NotAllowedError' });
    expect(lab.writes).toHaveLength(before);
    expectNoSecret(result);
  });

  it.each(takesSpec)(
    '%s refuses one who is no member of the owner',
    async id => {
      const { error } = await run(id, { owner: STRANGERS });
      expect(error).toMatchObject({ name: 'NotAllowedError' });
      expect(error!.message).toMatch(/not one of its members/);
      expect(lab.writes).toEqual([]);
    },
  );

  it.each(['tenant:resize', 'tenant:remove', 'tenant:walls:prove'] as const)(
    '%s refuses one who is no member of the tenant’s owner',
    async id => {
      await run('tenant:create');
      const namespace = lab.objects.get('/api/v1/namespaces/web-tenant-acme');
      namespace.metadata.annotations['threewalls.io/owner'] = STRANGERS;
      const before = lab.writes.length;
      const { error } = await run(id);
      expect(error).toMatchObject({ name: 'NotAllowedError' });
      expect(lab.writes).toHaveLength(before);
    },
  );

  it.each(takesSpec)('%s refuses an owner that is in no catalog', async id => {
    const { error } = await run(id, { owner: 'group:default/nobody' });
    expect(error).toMatchObject({ name: 'InputError' });
    expect(error!.message).toMatch(/no group:default\/nobody in the catalog/);
    expect(lab.writes).toEqual([]);
  });

  it.each(takesSpec)(
    '%s refuses the name of another owner’s tenant',
    async id => {
      await run('tenant:create');
      const namespace = lab.objects.get('/api/v1/namespaces/web-tenant-acme');
      namespace.metadata.annotations['threewalls.io/owner'] = STRANGERS;
      const before = lab.writes.length;
      const { error } = await run(id);
      expect(error).toMatchObject({ name: 'NotAllowedError' });
      expect(error!.message).toMatch(/owned by group:default\/globex-team/);
      expect(lab.writes).toHaveLength(before);
    },
  );

  it.each(takesSpec)('%s refuses a name that another cluster has', async id => {
    await run('tenant:create', { cluster: 'other' });
    const { error } = await run(id);
    expect(error).toMatchObject({ name: 'InputError' });
    expect(error!.message).toMatch(/exists in cluster other/);
    expect(lab.writes).toEqual([]);
  });
});
