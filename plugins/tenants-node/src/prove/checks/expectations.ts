import { quote, Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { stopped, succeeded } from '../attempts/finding';
import { Answer, Expectation } from '../types';
import { ClusterProfile } from '../../config/platform';

/** Vault's whole answer to a token that is good and has no right. */
const PERMISSION_DENIED = /^1 error occurred:\s*\* permission denied$/;

/** A connect has to succeed. */
export const reached: Expectation = {
  text: 'OK',
  judge: ({ code }) => succeeded(code === 'OK'),
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
    judge: ({ code }) => succeeded(enough.includes(code)),
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
      succeeded(
        code === 'OK',
        say('notResolved', { code, where, ports: dns.ports.join(', ') }),
      ),
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
    judge: ({ code }) =>
      stopped(
        code === 'OK' && say('connected'),
        code === wanted,
        say('deniedOtherwise', { code, wanted }),
      ),
  };
}

/** Vault has to answer 200. */
export const vaultAnswers: Expectation = {
  text: '200',
  judge: answer =>
    succeeded(
      answer.code === '200',
      say('vaultAnswered', { answer: inFull(answer) }),
    ),
};

/**
 * Vault has to say "permission denied" to a token that is good. A 404 is a
 * breach: the policy let the request through, there was only nothing there.
 */
export const vaultForbids: Expectation = {
  text: '403 permission denied',
  judge: answer => {
    const { code, response } = answer;
    return stopped(
      ['200', '404'].includes(code) && say('vaultLetThrough', { code }),
      code === '403' && PERMISSION_DENIED.test(response),
      unexpected(answer, '403 permission denied'),
    );
  },
};

/** Vault has to refuse a login, for the reason that is meant. */
export function loginRefused(pattern: RegExp, text: string): Expectation {
  return {
    text: `403 ${text}`,
    judge: answer =>
      stopped(
        answer.code === '200' && say('loginLetThrough'),
        answer.code === '403' && pattern.test(answer.response),
        unexpected(answer, text),
      ),
  };
}

/** A login's token has to have exactly these policies. */
export function policiesAre(policies: string[]): Expectation {
  const wanted = JSON.stringify([...policies].sort());
  return {
    text: wanted,
    judge: answer => {
      const isRead = answer.code === '200';
      const found = answer.response;
      return stopped(
        isRead && found !== wanted && say('tokenHas', { found, wanted }),
        isRead,
        unexpected(answer, wanted),
      );
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
      const isRead = found && paths.every(path => Array.isArray(found[path]));
      const wrong = isRead
        ? paths
            .filter(
              path => [...found[path]].sort().join() !== expected[path].join(),
            )
            .map(path => `${path}: ${found[path].join(', ')}`)
        : [];
      return stopped(
        wrong.length > 0 && quote(wrong.join('; ')),
        Boolean(isRead),
        unexpected(answer, 'capabilities of every path'),
      );
    },
  };
}

function inFull({ code, response }: Answer): string {
  return `${code} ${response}`.trim();
}

function unexpected(answer: Answer, wanted: string): Said {
  return say('vaultExpected', { wanted, answer: inFull(answer) });
}

function parse(text: string): Record<string, string[]> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
