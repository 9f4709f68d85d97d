import { quote, say } from '@threewalls/backstage-plugin-tenants-common';
import { Answer, Expectation } from '../types';
import { ClusterProfile } from '../../config/platform';

/** Vault's whole answer to a token that is good and has no right. */
const PERMISSION_DENIED = /^1 error occurred:\s*\* permission denied$/;

/** A connect has to succeed. */
export const reached: Expectation = {
  text: 'OK',
  judge: ({ code }) => ({ outcome: code === 'OK' ? 'asExpected' : 'failed' }),
};

/**
 * A destination has to be reached. Nobody says which port it serves: where walls
 * deny by dropping, a refused connect has got there, too.
 */
export function allowed(
  denial: ClusterProfile['network']['denial'],
): Expectation {
  const enough = denial === 'drop' ? ['OK', 'REFUSED'] : ['OK'];
  return {
    text: enough.join(' or '),
    judge: ({ code }) => ({
      outcome: enough.includes(code) ? 'asExpected' : 'failed',
    }),
  };
}

/** A name has to resolve; where not, it is said how policies know the resolver. */
export function resolvedBy({
  network: { dns },
}: Pick<ClusterProfile, 'network'>): Expectation {
  const where = [
    ...dns.namespaces.map(name => `pods of ${name}`),
    ...dns.cidrs,
  ].join(', ');
  return {
    text: 'an address',
    judge: ({ code }) =>
      code === 'OK'
        ? { outcome: 'asExpected' }
        : {
            outcome: 'failed',
            reason: say('notResolved', {
              code,
              where,
              ports: dns.ports.join(', '),
            }),
          },
  };
}

/**
 * A connect has to be denied in the one way that the cluster's enforcer denies:
 * dropped, which ends in a timeout, or rejected.
 */
export function denied(
  denial: ClusterProfile['network']['denial'],
): Expectation {
  const wanted = denial === 'drop' ? 'TIMEOUT' : 'REFUSED';
  return {
    text: wanted,
    judge: ({ code }) => {
      if (code === 'OK') {
        return {
          outcome: 'breached',
          reason: say('connected'),
        };
      }
      return code === wanted
        ? { outcome: 'asExpected' }
        : {
            outcome: 'inconclusive',
            reason: say('deniedOtherwise', { code, wanted }),
          };
    },
  };
}

/** Vault has to answer 200. */
export const vaultAnswers: Expectation = {
  text: '200',
  judge: ({ code, response }) =>
    code === '200'
      ? { outcome: 'asExpected' }
      : {
          outcome: 'failed',
          reason: say('vaultAnswered', {
            answer: `${code} ${response}`.trim(),
          }),
        },
};

/**
 * Vault has to say "permission denied" to a token that is good. A 404 is a
 * breach: the policy let the request through, there was only nothing there.
 */
export const vaultForbids: Expectation = {
  text: '403 permission denied',
  judge: answer => {
    const { code, response } = answer;
    if (code === '200' || code === '404') {
      return {
        outcome: 'breached',
        reason: say('vaultLetThrough', { code }),
      };
    }
    return code === '403' && PERMISSION_DENIED.test(response)
      ? { outcome: 'asExpected' }
      : unexpected(answer, '403 permission denied');
  },
};

/** Vault has to refuse a login, for the reason that is meant. */
export function loginRefused(pattern: RegExp, text: string): Expectation {
  return {
    text: `403 ${text}`,
    judge: answer => {
      if (answer.code === '200') {
        return { outcome: 'breached', reason: say('loginLetThrough') };
      }
      return answer.code === '403' && pattern.test(answer.response)
        ? { outcome: 'asExpected' }
        : unexpected(answer, text);
    },
  };
}

/** A login's token has to have exactly these policies. */
export function policiesAre(policies: string[]): Expectation {
  const wanted = JSON.stringify([...policies].sort());
  return {
    text: wanted,
    judge: answer => {
      if (answer.code !== '200') {
        return unexpected(answer, wanted);
      }
      return answer.response === wanted
        ? { outcome: 'asExpected' }
        : {
            outcome: 'breached',
            reason: say('tokenHas', { found: answer.response, wanted }),
          };
    },
  };
}

/** `sys/capabilities-self` has to say exactly this of every path. */
export function capabilitiesAre(
  expected: Record<string, string[]>,
): Expectation {
  const text = Object.entries(expected)
    .map(([path, capabilities]) => `${path}: ${capabilities.join(', ')}`)
    .join('; ');
  return {
    text,
    judge: answer => {
      const found = answer.code === '200' ? parse(answer.response) : undefined;
      const paths = Object.keys(expected);
      if (!found || paths.some(path => !Array.isArray(found[path]))) {
        return unexpected(answer, 'capabilities of every path');
      }
      const wrong = paths.filter(
        path => [...found[path]].sort().join() !== expected[path].join(),
      );
      return wrong.length === 0
        ? { outcome: 'asExpected' }
        : {
            outcome: 'breached',
            reason: quote(
              wrong.map(p => `${p}: ${found[p].join(', ')}`).join('; '),
            ),
          };
    },
  };
}

function unexpected({ code, response }: Answer, wanted: string) {
  return {
    outcome: 'inconclusive' as const,
    reason: say('vaultExpected', {
      wanted,
      answer: `${code} ${response}`.trim(),
    }),
  };
}

function parse(text: string): Record<string, string[]> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
