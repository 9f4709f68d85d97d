import { quote } from '@threewalls/backstage-plugin-tenants-common';
import { AddedCheck, Check } from '../types';

/** An added check as one of the catalogue. */
export function asCheck({
  run,
  request,
  expected,
  ...info
}: AddedCheck): Check {
  return {
    ...info,
    attempts: ({ tenant: { plan } }) => [
      {
        key: 'added',
        by: 'kubernetes',
        readsOnly: true,
        target: plan.names.namespace,
        request,
        expected,
        run: async ({ view, vault, signal }) => {
          const { reason, ...found } = await run({ plan, view, vault, signal });
          return reason === undefined
            ? found
            : { ...found, reason: quote(reason) };
        },
      },
    ],
  };
}
