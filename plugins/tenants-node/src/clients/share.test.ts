import { share } from './collection';

describe('share', () => {
  const text = JSON.stringify({
    kind: 'Quota',
    spec: { hard: { pods: '7' }, scopes: ['a', 'b'], none: null },
    uid: 'one',
  });

  it('says what is new, by the parts of what is known that say the same', () => {
    const known = JSON.parse(text);
    const fresh = share(JSON.parse(text.replace('"one"', '"two"')), known);
    expect(fresh).toEqual({ ...known, uid: 'two' });
    expect(fresh.spec).toBe(known.spec);
    expect(share(JSON.parse(text), known)).toBe(known);
  });

  it.each([
    ['a field more', { a: 1, b: undefined }, { a: 1 }],
    ['a field less', { a: 1 }, { a: 1, b: undefined }],
    ['another field', { a: undefined }, { b: undefined }],
    ['a longer list', [1, 2], [1]],
    ['a shorter list', [1], [1, 2]],
    ['a list for an object', { 0: 1 }, [1]],
    ['nothing for an object', { a: null }, { a: {} }],
    ['an object for nothing', { a: {} }, { a: null }],
    ['a number for a text', { a: 1 }, { a: '1' }],
  ])('keeps apart %s', (_, fresh, known) => {
    const copy: object = Array.isArray(fresh) ? [...fresh] : { ...fresh };
    expect(share(copy, known)).toStrictEqual(fresh);
    expect(share(copy, known)).not.toBe(known);
  });
});
