import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * A Kubernetes quantity as a person reads it: `1500m` of a CPU is `1.5`, and
 * `1312Mi` of memory is `1.3 GiB`. What is not understood stays as it is.
 *
 * @param resource - such as `requests.memory`: says what the quantity counts
 */
export function quantityText(resource: string, quantity: string): string {
  const value = parseQuantity(quantity);
  if (value === undefined) {
    return quantity;
  }
  return /memory|storage/.test(resource)
    ? bytesText(value)
    : String(rounded(value, 2));
}

function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${rounded(value, 1)} ${UNITS[unit]}`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
