const BINARY: Record<string, number> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};
const DECIMAL: Record<string, number> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
};
const QUANTITY = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|Pi|m|k|M|G|T|P|)$/;

/**
 * The number that a Kubernetes quantity stands for: cores for CPU, bytes for
 * memory and storage.
 *
 * Takes the forms that people write (`500m`, `1`, `1Gi`, `0.5`), and of
 * Kubernetes' own grammar neither exponents nor signs: no tenant has a use for
 * them and `1e99` is a mistake.
 *
 * @returns `undefined` for anything else, such as `1GB`, `-1` or `1e99`
 * @public
 */
export function parseQuantity(quantity: string): number | undefined {
  const match = QUANTITY.exec(quantity);
  if (!match) {
    return undefined;
  }
  const [, digits, suffix] = match;
  return Number(digits) * (BINARY[suffix] ?? DECIMAL[suffix]);
}
