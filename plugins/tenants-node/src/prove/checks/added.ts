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
        run: ({ view, vault, signal }) => run({ plan, view, vault, signal }),
      },
    ],
  };
}
