import { canonicalQuantity, parseQuantity } from './quantities';

it.each([
  ['0.5', '500m'],
  ['500m', '500m'],
  ['1000m', '1'],
  ['1', '1'],
  ['2000', '2k'],
  ['1.5', '1500m'],
  ['0.0001', '1m'],
  ['0', '0'],
  ['1024Mi', '1Gi'],
  ['1Gi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1Mi', '1Mi'],
  ['512Mi', '512Mi'],
  ['0.5Ki', '512'],
  ['1000M', '1G'],
  ['1e3', '1e3'],
  ['n8n', 'n8n'],
])('%s is written %s', (quantity, canonical) => {
  expect(canonicalQuantity(quantity)).toBe(canonical);
  expect(canonicalQuantity(canonical)).toBe(canonical);
  expect(parseQuantity(canonical) ?? 0).toBeCloseTo(
    parseQuantity(quantity) ?? 0,
    2,
  );
});
