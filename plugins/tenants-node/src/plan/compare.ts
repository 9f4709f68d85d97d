import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';

/**
 * A field that is not as planned.
 *
 * @public
 */
export interface FieldDifference {
  /** Such as `spec.hard.pods`, with the indices of lists */
  field: string;
  live: unknown;
  planned: unknown;
}

/**
 * Fields of what was sent that a live object has not, or has otherwise. What the
 * live one has beyond them is not looked at: the API server fills in defaults, and
 * controllers write fields of their own. Of a list every item counts.
 */
export function notAsSent(sent: unknown, live: unknown): FieldDifference[] {
  return compare(sent, live, '');
}

function compare(
  sent: unknown,
  live: unknown,
  field: string,
): FieldDifference[] {
  const isList = Array.isArray(sent) && Array.isArray(live);
  if (isList ? sent.length === live.length : isMap(sent) && isMap(live)) {
    return Object.entries(sent as object).flatMap(([key, value]) =>
      compare(
        value,
        (live as Record<string, unknown>)[key],
        field ? `${field}.${key}` : key,
      ),
    );
  }
  return isSame(sent, live) ? [] : [{ field, live, planned: sent }];
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The API server leaves out what is empty, and writes quantities its own way. */
function isSame(sent: unknown, live: unknown): boolean {
  if (sent === live || (live === undefined && isEmpty(sent))) {
    return true;
  }
  const quantity = quantityOf(sent);
  return quantity !== undefined && quantity === quantityOf(live);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? Object.keys(value).length === 0
    : !value;
}

function quantityOf(value: unknown): number | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? parseQuantity(String(value))
    : undefined;
}
