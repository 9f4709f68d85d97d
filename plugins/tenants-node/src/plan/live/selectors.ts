import type { V1LabelSelector } from '@kubernetes/client-node';

/** Every requirement of a selector, those of `matchLabels` as the others. */
export function requirementsOf({
  matchLabels = {},
  matchExpressions = [],
}: V1LabelSelector): { key: string; operator: string; values: string[] }[] {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => ({
      key,
      operator: 'In',
      values: [value],
    })),
    ...matchExpressions.map(({ values = [], ...rest }) => ({
      ...rest,
      values,
    })),
  ];
}

/**
 * Whether labels meet a selector; one without requirements takes everything.
 *
 * @throws Error for an operator that Kubernetes does not know
 */
export function selects(
  selector: V1LabelSelector,
  labels: Record<string, string>,
): boolean {
  return requirementsOf(selector).every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        throw new Error(`No selector has the operator ${operator}`);
    }
  });
}

/** Labels as a query has them, such as `app=n8n,tier=web`. */
export function labelText(labels: Record<string, string> = {}): string {
  return Object.entries(labels)
    .map(pair => pair.join('='))
    .join();
}
