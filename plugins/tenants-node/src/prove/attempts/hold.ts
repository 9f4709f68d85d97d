import { createHash } from 'node:crypto';
import { quote, Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { named } from '../../clients/clusterView';
import { ClusterProfile } from '../../config/platform';
import { canonicalJson } from '../../plan/live/digest';
import { Attempt, Finding } from '../types';
import { asExpected, finding } from './finding';
import { NOT_READ, stateAttempt } from './reading';

const API = 'admissionregistration.k8s.io/v1';
const KINDS = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
/**
 * Name of the policy, and of its binding, by which admission holds walls; as under
 * deploy/.
 *
 * @public
 */
export const HOLD_POLICY = 'threewalls-hold';
/** What it says under deploy/, as {@link digestOfPolicy} has it. */
const AS_DEPLOYED =
  '0f6f74f589823a97f1d7c21026b11509de59ef55a7775d52a7fa2e11c0e84bd7';
/** Groups that anybody is in: as the one that may break the glass each of them lets all through. */
const OF_ANYBODY = /^system:(authenticated|unauthenticated|serviceaccounts.*)$/;

/**
 * Whether admission refuses that others change the walls' objects. A cluster need
 * not have that: it is said, and counts for nothing.
 */
export function heldByAdmission(): Attempt {
  return stateAttempt('kubernetes', {
    key: HOLD_POLICY,
    target: `ValidatingAdmissionPolicy ${HOLD_POLICY}`,
    request: `list ValidatingAdmissionPolicies and their bindings, and look at ${HOLD_POLICY}`,
    expected: 'it denies',
    run: async ({ view, cluster }) => {
      const [policies, bindings] = await Promise.all(
        KINDS.map(kind => view.list({ apiVersion: API, kind })),
      );
      for (const seen of [policies, bindings]) {
        if ('problem' in seen) {
          return absent(NOT_READ, quote(seen.problem));
        }
      }
      const [policy, binding] = [policies, bindings].map(seen =>
        named('items' in seen ? seen.items : [], HOLD_POLICY),
      );
      if (!policy || !binding) {
        return absent('404', say('notInstalled', { name: HOLD_POLICY }));
      }
      const { policyName, validationActions = [], ...narrowed } = binding.spec;
      const isDenied =
        digestOfPolicy(policy.spec, cluster.config.accounts) === AS_DEPLOYED &&
        policyName === HOLD_POLICY &&
        validationActions.includes('Deny') &&
        Object.keys(narrowed).length === 0;
      return isDenied
        ? asExpected('DENY', 'it denies')
        : absent('OPEN', say('notDenying', { name: HOLD_POLICY }));
    },
  });
}

/** Who may break the glass, as the chart writes it. */
const BREAK_GLASS = /^!\('([^']+)' in request\.userInfo\.groups\)$/;

/**
 * What a policy says, by its SHA-256: without what the API server adds of itself and
 * the words of a refusal, and with the accounts and the group that are the chart's
 * values as one text each.
 */
function digestOfPolicy(
  { matchConstraints, matchConditions = [], validations = [], ...rest }: any,
  { portal, externalSecrets }: ClusterProfile['accounts'],
): string {
  const { matchPolicy, namespaceSelector, resourceRules, ...constraints } =
    matchConstraints ?? {};
  const quoted = ({ namespace, name }: typeof portal) =>
    `'system:serviceaccount:${namespace}:${name}'`;
  const conditionOf = (expression: string) => {
    const group = BREAK_GLASS.exec(expression)?.[1];
    return group && !OF_ANYBODY.test(group)
      ? 'not-break-glass'
      : expression
          .replace(quoted(portal), 'portal')
          .replace(quoted(externalSecrets), 'external-secrets');
  };
  const said = {
    ...rest,
    matchConstraints: {
      ...constraints,
      ...(matchPolicy !== 'Equivalent' && { matchPolicy }),
      ...(canonicalJson(namespaceSelector) !== '{}' && { namespaceSelector }),
      resourceRules: resourceRules?.map(({ scope, ...rule }: any) =>
        scope === '*' ? rule : { ...rule, scope },
      ),
    },
    matchConditions: matchConditions.map(({ expression }: any) =>
      conditionOf(expression),
    ),
    validations: validations.map(({ expression }: any) => expression),
  };
  return createHash('sha256').update(canonicalJson(said)).digest('hex');
}

function absent(code: string, reason: Said): Finding {
  return finding('notApplicable', code, reason.summary, reason);
}
