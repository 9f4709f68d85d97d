import {
  Outcome,
  quote,
  Said,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../../plan/types';
import { Finding, Judged } from '../types';

/** An object of the namespace's or the whole cluster's, as a receipt calls it. */
export function called({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** What came of an attempt, and what it means. */
export function finding(
  outcome: Outcome,
  code: string,
  response: string,
  reason?: Said,
): Finding {
  return { code, response, outcome, reason };
}

/** What a finding is that shows nothing wrong. */
export function asExpected(code: string, response: string): Finding {
  return finding('asExpected', code, response);
}

/** What a finding is that shows a wall to be open. */
export function breached(
  code: string,
  response: string,
  reason: Said = quote(response),
): Finding {
  return finding('breached', code, response, reason);
}

/** The first of several things, and how many more there are. */
export function firstOf(shown: number, all: Said[]): Said {
  const rest = all.length - shown;
  const more = rest > 0 ? [say('andMore', { more: rest })] : [];
  return say('several', { all: [...all.slice(0, shown), ...more] });
}

/** What a finding is that shows a wall to be open by one thing or several: its reason names the first. */
export function told(
  code: string,
  found: Said[],
  shown = found.length,
): Finding {
  const { summary } = say('several', { all: found });
  return breached(code, summary, firstOf(shown, found));
}

/** What a baseline came to, and where it failed why. */
export function succeeded(ok: boolean, otherwise?: Said): Judged {
  return ok
    ? { outcome: 'asExpected' }
    : { outcome: 'failed', reason: otherwise };
}

/** What an attack came to: it got through, was stopped as it has to be, or neither. */
export function stopped(
  through: Said | false,
  isStopped: boolean,
  otherwise: Said,
): Judged {
  if (through) {
    return { outcome: 'breached', reason: through };
  }
  return isStopped
    ? { outcome: 'asExpected' }
    : { outcome: 'inconclusive', reason: otherwise };
}
