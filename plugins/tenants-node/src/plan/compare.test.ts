import fc from 'fast-check';
import { notAsSent } from './compare';

describe('notAsSent', () => {
  it.each<[string, unknown, unknown]>([
    ['a default of the API server', { a: 1 }, { a: 1, b: 'default' }],
    ['quantities', { cpu: '0.5', m: '1024Mi' }, { cpu: '500m', m: '1Gi' }],
    ['a number that is a quantity', { pods: 10 }, { pods: '10' }],
    ['what is empty and left out', { a: false, b: '', c: {}, d: [] }, {}],
    ['defaults in a list’s items', [{ a: 1 }], [{ a: 1, protocol: 'TCP' }]],
  ])('passes over %s', (_, sent, live) => {
    expect(notAsSent(sent, live)).toEqual([]);
  });

  it.each<[string, unknown, unknown, string]>([
    ['another value', { a: { b: '1' } }, { a: { b: '2' } }, 'a.b'],
    ['what is gone', { a: { b: '1' } }, { a: {} }, 'a.b'],
    ['one item more', { a: [1] }, { a: [1, 2] }, 'a'],
    ['one item less', { a: [1, 2] }, { a: [1] }, 'a'],
    ['an item that is another', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'a.0.b'],
    ['false that is true', { a: false }, { a: true }, 'a'],
    ['another quantity', { a: '1Gi' }, { a: '1G' }, 'a'],
    ['a map in place of a list', { a: [1] }, { a: { 0: 1 } }, 'a'],
  ])('finds %s', (_, sent, live, field) => {
    expect(notAsSent(sent, live).map(d => d.field)).toEqual([field]);
  });

  it('finds every change of a value, and nothing in what is more', () => {
    const json = fc
      .jsonValue()
      .filter(v => v !== null && typeof v === 'object');
    fc.assert(
      fc.property(
        json,
        fc.dictionary(fc.string(), fc.jsonValue()),
        (a, more) => {
          const live = Array.isArray(a) ? a : { ...more, ...(a as object) };
          expect(notAsSent(a, JSON.parse(JSON.stringify(live)))).toEqual([]);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.integer({ min: 1 }),
        (k, n) => {
          expect(notAsSent({ [k]: { n } }, { [k]: { n: n + 1 } })).toHaveLength(
            1,
          );
        },
      ),
    );
  });
});
