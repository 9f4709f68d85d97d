import { quote, Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Attempt, Finding } from '../types';
import { NOT_READ } from './asPlanned';

const API = 'admissionregistration.k8s.io/v1';
/**
 * Name of the policy, and of its binding, by which admission holds walls; as under
 * deploy/.
 *
 * @public
 */
export const HOLD_POLICY = 'threewalls-hold';

/**
 * Whether admission refuses that others change the walls' objects. A cluster need
 * not have that: it is said, and counts for nothing.
 */
export function heldByAdmission(): Attempt {
  return {
    key: HOLD_POLICY,
    by: 'kubernetes',
    readsOnly: true,
    target: `ValidatingAdmissionPolicy ${HOLD_POLICY}`,
    request: `list ValidatingAdmissionPolicies and their bindings, and look at ${HOLD_POLICY}`,
    expected: 'it denies',
    run: async ({ view }) => {
      const [policies, bindings] = await Promise.all([
        view.list({ apiVersion: API, kind: 'ValidatingAdmissionPolicy' }),
        view.list({
          apiVersion: API,
          kind: 'ValidatingAdmissionPolicyBinding',
        }),
      ]);
      for (const seen of [policies, bindings]) {
        if ('problem' in seen) {
          return absent(NOT_READ, quote(seen.problem));
        }
      }
      const named = (seen: typeof policies): any =>
        'items' in seen
          ? seen.items.find(({ metadata }) => metadata.name === HOLD_POLICY)
          : undefined;
      const [policy, binding] = [named(policies), named(bindings)];
      if (!policy || !binding) {
        return absent('404', say('notInstalled', { name: HOLD_POLICY }));
      }
      const {
        policyName,
        validationActions = [],
        matchResources,
      } = binding.spec;
      const isDenied =
        policy.spec.failurePolicy !== 'Ignore' &&
        policyName === HOLD_POLICY &&
        validationActions.includes('Deny') &&
        matchResources === undefined;
      return isDenied
        ? { code: 'DENY', response: 'it denies', outcome: 'asExpected' }
        : absent('OPEN', say('notDenying', { name: HOLD_POLICY }));
    },
  };
}

function absent(code: string, reason: Said): Finding {
  const response = reason.summary;
  return { code, response, outcome: 'notApplicable', reason };
}
