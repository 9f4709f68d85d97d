import { toSource, toSpec } from './input';

describe('toSpec', () => {
  it.each([
    ['guests', 'group:default/guests'],
    ['red/guests', 'group:red/guests'],
    ['user:jane', 'user:default/jane'],
    ['group:default/guests', 'group:default/guests'],
  ])('takes the owner %s for %s', (owner, ref) => {
    expect(toSpec({ name: 'acme', owner }).owner).toBe(ref);
  });
});

describe('toSource', () => {
  const owner = { name: 'acme', owner: 'guests' };

  it.each([{ fromNamespace: 'old' }, { fromDeployment: 'n8n' }])(
    'takes no half of a hand-made n8n: %j',
    half => {
      expect(() => toSource({ ...owner, ...half })).toThrow(/go together/);
    },
  );

  it('takes both, or neither', () => {
    const both = { fromNamespace: 'old', fromDeployment: 'n8n' };
    expect(toSource({ ...owner, ...both })).toEqual({
      namespace: 'old',
      deployment: 'n8n',
    });
    expect(toSource(owner)).toBeUndefined();
  });
});
