import {
  egressCidrProblem,
  egressHostProblem,
  MAX_EGRESS_ENTRIES,
} from '@threewalls/backstage-plugin-tenants-common';

/** What a list of allowed egress holds. */
export type EgressKind = 'host' | 'cidr';

/** The error for any host where the platform's network policies can't match host names. */
export const HOSTS_REFUSED =
  "This platform can't allow host names. Use IPv4 ranges";

const PROBLEM_OF = { host: egressHostProblem, cidr: egressCidrProblem };

/** The entries of a text, one a line; blank lines are none. */
export function entriesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
}

/** What is wrong with a list, entry by entry; empty where nothing is. */
export function egressErrors(entries: string[], kind: EgressKind): string[] {
  const errors = entries.flatMap(entry => {
    const problem = PROBLEM_OF[kind](entry);
    return problem ? [`${entry}: ${problem}`] : [];
  });
  return entries.length > MAX_EGRESS_ENTRIES
    ? [
        `${entries.length} entries: the maximum is ${MAX_EGRESS_ENTRIES}`,
        ...errors,
      ]
    : errors;
}
