import { say } from '@threewalls/backstage-plugin-tenants-common';
import { capabilitiesAre } from './expectations';
import { podAttempt } from '../attempts/podAttempt';
import { podTask } from '../pod/tasks';
import { Attacker, Attempt, Expectation, Party, Side, Witness } from '../types';

/** Everyone else in the round who has something in Vault. */
export function others(side: Side): Party[] {
  const neighbour = neighbourInVault(side);
  return neighbour ? [side.canary, neighbour] : [side.canary];
}

/** One that is only proved need have nothing there. */
export function neighbourInVault({ neighbour }: Side): Party | undefined {
  return neighbour?.plan.names.vaultRole ? neighbour : undefined;
}

/** Of the tenants' KV entries. */
export function mount(side: Side): string {
  return side.cluster.config.vault.kvMount;
}

/** Of the Kubernetes auth method. */
export function authMount(side: Side): string {
  return side.cluster.config.vault.authMount;
}

/** Path of a part of a party's KV entry. */
export function kv(
  side: Side,
  part: 'data' | 'metadata' | 'list' | 'subkeys',
  { plan }: Party,
): string {
  const { kvPath } = plan.names;
  return part === 'list'
    ? `${mount(side)}/metadata/${kvPath}/?list=true`
    : `${mount(side)}/${part}/${kvPath}`;
}

export function data(side: Side, party: Party): string {
  return kv(side, 'data', party);
}

/** Data and metadata of each path. */
export function both(side: Side, paths: string[]): string[] {
  return paths.flatMap(path => [
    `${mount(side)}/data/${path}`,
    `${mount(side)}/metadata/${path}`,
  ]);
}

/** The tenant's own login reads a path: its own, or one of another party's. */
export function read(
  side: Side,
  path: string,
  expect: Expectation,
  of: { party?: Party; witnesses?: Witness[] } = {},
): Attempt {
  return podAttempt({
    by: 'tenant',
    neighbour: nameOf(side, of.party),
    task: podTask({ do: 'vault', method: 'GET', path }),
    target: path,
    request: `GET ${side.cluster.config.vault.inClusterAddress}/v1/${path}`,
    expect,
    witnesses: of.witnesses,
  });
}

/** The tenant logs in with a party's role. */
export function login(
  side: Side,
  party: Party,
  expect: Expectation,
  token: 'vault' | 'other' = 'vault',
): Attempt {
  const { vaultRole } = party.plan.names;
  const audience = token === 'vault' ? '' : ' with a token of another audience';
  return podAttempt({
    by: 'tenant',
    neighbour: nameOf(side, party),
    task: podTask({
      do: 'login',
      mount: authMount(side),
      role: vaultRole,
      token,
    }),
    target: `auth/${authMount(side)}/role/${vaultRole}`,
    request: `POST auth/${authMount(side)}/login role=${vaultRole}${audience}`,
    expect,
  });
}

/** The tenant's own login asks Vault what it may do, of a party's paths or of others. */
export function capabilities(
  side: Side,
  expected: [string, string[]][],
  party?: Party,
): Attempt {
  const paths = expected.map(([path]) => path);
  return podAttempt({
    by: 'tenant',
    neighbour: nameOf(side, party),
    task: podTask({ do: 'capabilities', paths }),
    target: paths.join(', '),
    request: `POST sys/capabilities-self paths=${paths.join(',')}`,
    expect: capabilitiesAre(Object.fromEntries(expected)),
  });
}

/** Somebody's own login reads their own path, at the same moment. */
export function readsItsOwn(
  side: Side,
  by: Exclude<Attacker, 'tenant'>,
): Witness {
  const party = by === 'ram' ? side.canary : side.neighbour ?? side.canary;
  const path = data(side, party);
  const who = say(by === 'ram' ? 'whoCanary' : 'whoNeighbour');
  return {
    by,
    task: podTask({ do: 'vault', method: 'GET', path }),
    says: say('readsOwn', { who, path }),
  };
}

/** Whom an attempt is about besides the tenant. */
function nameOf({ tenant }: Side, party?: Party): string | undefined {
  return party && party !== tenant ? party.name : undefined;
}
