import { toSpec } from './input';

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
