import pLimit from 'p-limit';
import { VaultReader } from '../../clients';
import { madeOnce, remembered } from '../../clients/remembered';
import { Acl, parsePolicy } from './acl';

const LIST = 'sys/policies/acl';
const RIGHTS = `give the portal list on ${LIST} and read on ${LIST}/*, as in deploy/vault`;
/** Policies read at once. */
const CONCURRENCY = 16;
/** Of what one policy gives, what is told. */
const SHOWN = 3;

/** The tenant's entry is at each of these. */
const PARTS = ['data', 'metadata', 'delete', 'undelete', 'destroy', 'subkeys'];
const WRITE = ['create', 'update'];
const SUDO = ['sudo'];

/** A policy that reaches a tenant's entry, or takes its wall down. */
export interface WidePolicy {
  name: string;
  /** Such as `read on secret/data/acme` */
  gives: string;
}

/** Where a tenant's entry is, and how it logs in. */
export interface Entry {
  kvMount: string;
  authMount: string;
  kvPath: string;
  /** The tenant's own */
  vaultPolicy: string;
}

interface Policy {
  name: string;
  text: string;
}

/** Policies of a Vault that are judged, and those that can't be read. */
interface Policies {
  policies: Policy[];
  problems: string[];
}

/** All tenants share a Vault's policies, and are judged by each. */
const aclOf = madeOnce(({ name, text }: Policy): Acl | { problem: string } => {
  try {
    return parsePolicy(text);
  } catch (error) {
    return { problem: `policy ${name}: ${(error as Error).message}` };
  }
});

/** What takes walls down is the same for all tenants of a Vault. */
const takersOf = madeOnce((_: Acl) => new Map<string, Gives>());

interface Gives {
  surely: string[];
  maybe: string[];
}

/**
 * Every policy by which its holder reaches a tenant's entry in Vault, or could give
 * themselves what does; and those of which it can't be told.
 *
 * @param tenants - Policies of tenants that are there: each is compared with its plan
 * @param trusted - Names; a `*` at the end is any rest
 */
export async function widePolicies(
  vault: VaultReader,
  entry: Entry,
  tenants: ReadonlySet<string>,
  trusted: readonly string[],
): Promise<{ wide: WidePolicy[]; open: string[] } | { problem: string }> {
  const seen = await vault.made('policies', all =>
    readPolicies(all, tenants, trusted),
  );
  if ('problem' in seen) {
    return seen;
  }
  const wide: WidePolicy[] = [];
  const open = [...seen.problems];
  for (const policy of seen.policies) {
    const { name } = policy;
    const acl = aclOf(policy);
    if ('problem' in acl) {
      open.push(acl.problem);
    } else if (name !== entry.vaultPolicy) {
      const all = [onEntry(acl, entry), takesDown(acl, entry)];
      const gives = (kind: keyof Gives) =>
        all
          .flatMap(one => one[kind])
          .slice(0, SHOWN)
          .join(', ');
      if (gives('surely')) {
        wide.push({ name, gives: gives('surely') });
      } else if (gives('maybe')) {
        open.push(`policy ${name}: by its template maybe ${gives('maybe')}`);
      }
    }
  }
  return { wide, open };
}

function onEntry(acl: Acl, { kvMount, kvPath }: Entry): Gives {
  const gives: Gives = { surely: [], maybe: [] };
  for (const part of PARTS) {
    const path = `${kvMount}/${part}/${kvPath}`;
    const surely = acl.on(path);
    const maybe = surely.length > 0 ? [] : acl.maybeOn(path);
    if (surely.length > 0) {
      gives.surely.push(`${surely.join('+')} on ${path}`);
    } else if (maybe.length > 0) {
      gives.maybe.push(`${maybe.join('+')} on ${path}`);
    }
  }
  return gives;
}

/** A right over policies, logins or the mount is as good as one over the entry. */
function takesDown(acl: Acl, { kvMount, authMount }: Entry): Gives {
  return remembered(takersOf(acl), `${kvMount} ${authMount}`, () => {
    const gives: Gives = { surely: [], maybe: [] };
    for (const [form, wanted] of formsOf(kvMount, authMount)) {
      const found = acl.within(form, wanted);
      const maybe = found ? undefined : acl.maybeWithin(form, wanted);
      if (found) {
        gives.surely.push(`${found.capabilities.join('+')} on ${form}`);
      } else if (maybe) {
        gives.maybe.push(`${wanted.join('+')} on ${maybe}`);
      }
    }
    return gives;
  });
}

function formsOf(
  kvMount: string,
  authMount: string,
): [form: string, wanted: string[]][] {
  const identity = ['entity', 'group', 'entity-alias', 'group-alias'].flatMap(
    kind => [kind, `${kind}/id/*`, `${kind}/name/*`],
  );
  const logins = ['role', 'roles', 'users', 'groups', 'certs'].map(
    kind => `*/${kind}/*`,
  );
  const written = [
    ...['sys/policies/acl/*', 'sys/policy/*', `${kvMount}/config`],
    ...[...identity, 'entity/merge'].map(path => `identity/${path}`),
    ...[`${authMount}/config`, `${authMount}/role/*`, '*/config']
      .concat(logins, '*/map/*/*')
      .map(path => `auth/${path}`),
  ];
  // Vault asks for sudo on these, whatever else it asks for.
  const bySudo = ['sys/auth/*', 'sys/raw/*', 'sys/remount'].concat(
    'auth/token/create',
    'auth/token/create-orphan',
  );
  return [
    ...written.map((form): [string, string[]] => [form, WRITE]),
    ...bySudo.map((form): [string, string[]] => [form, SUDO]),
    [`sys/mounts/${kvMount}`, [...WRITE, 'delete']],
    [`sys/mounts/${kvMount}/tune`, WRITE],
  ];
}

async function readPolicies(
  vault: VaultReader,
  tenants: ReadonlySet<string>,
  trusted: readonly string[],
): Promise<Policies | { problem: string }> {
  const [listed, self] = await Promise.all([
    vault.list(LIST),
    vault.read('auth/token/lookup-self'),
  ]);
  if ('problem' in listed) {
    return { problem: `${listed.problem}: ${RIGHTS}` };
  }
  const login = 'data' in self ? self.data : undefined;
  const own = [login?.policies, login?.identity_policies].flat();
  const isTrusted = (name: string) =>
    // Everybody has that one, whoever else.
    (name !== 'default' && own.includes(name)) ||
    trusted.some(one =>
      one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one,
    );
  const found: Policies = { policies: [], problems: [] };
  const limit = pLimit(CONCURRENCY);
  const read = async (name: string) => {
    const seen = await vault.read(`${LIST}/${name}`);
    if ('problem' in seen) {
      found.problems.push(`${seen.problem}: ${RIGHTS}`);
    } else {
      found.policies.push({ name, text: seen.data?.policy ?? '' });
    }
  };
  await Promise.all(
    listed.data
      .filter(name => !tenants.has(name) && !isTrusted(name))
      .map(name => limit(() => read(name))),
  );
  found.policies.sort((a, b) => a.name.localeCompare(b.name));
  return found;
}
