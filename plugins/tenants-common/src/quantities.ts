/** Suffixes from the greatest down, and how many thousandths each stands for. */
const BINARY_UNITS = ['Pi', 'Ti', 'Gi', 'Mi', 'Ki', ''].map(
  (suffix, i) => [suffix, 1000n * 2n ** BigInt(10 * (5 - i))] as const,
);
const DECIMAL_UNITS = ['P', 'T', 'G', 'M', 'k', '', 'm'].map(
  (suffix, i) => [suffix, 10n ** BigInt(3 * (6 - i))] as const,
);
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
  return Number(digits) * (Number(unitOf(suffix).size) / 1000);
}

/**
 * A quantity as the API server writes it: without a fraction, and with the
 * greatest suffix that allows that. `0.5` is `500m`, `1024Mi` is `1Gi`.
 *
 * @returns the text itself for what {@link parseQuantity} does not take
 * @public
 */
export function canonicalQuantity(quantity: string): string {
  const [, digits, suffix] = QUANTITY.exec(quantity) ?? [];
  if (digits === undefined) {
    return quantity;
  }
  const { units, size: unit } = unitOf(suffix);
  const [whole, fraction = ''] = digits.split('.');
  // Less than a thousandth is rounded up, as the API server does.
  const scale = 10n ** BigInt(fraction.length);
  const thousandths = (BigInt(whole + fraction) * unit + scale - 1n) / scale;
  if (thousandths === 0n) {
    return '0';
  }
  const [name, size] = [...units, ['m', 1n] as const].find(
    ([, each]) => thousandths % each === 0n,
  )!;
  return `${thousandths / size}${name}`;
}

function unitOf(suffix: string) {
  const units = suffix.endsWith('i') ? BINARY_UNITS : DECIMAL_UNITS;
  return { units, size: units.find(([name]) => name === suffix)![1] };
}
