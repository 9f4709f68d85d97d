import { quantityText } from './quantities';

describe('quantityText', () => {
  it.each([
    ['requests.memory', '512Mi', '512 MiB'],
    ['limits.memory', '1312Mi', '1.3 GiB'],
    ['limits.memory', '1073741824', '1 GiB'],
    ['requests.storage', '5Gi', '5 GiB'],
    ['requests.storage', '0', '0 B'],
    ['limits.cpu', '1500m', '1.5'],
    ['limits.cpu', '2', '2'],
    ['pods', '10', '10'],
    ['limits.memory', '1e99', '1e99'],
  ])('writes %s of %s as %s', (resource, quantity, text) => {
    expect(quantityText(resource, quantity)).toBe(text);
  });
});
