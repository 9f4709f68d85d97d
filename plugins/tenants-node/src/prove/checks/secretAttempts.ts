import { capabilitiesAre } from './expectations';
import { PodTask } from '../pod/tasks';
import {
  Attacker,
  Expectation,
  Party,
  PodAttempt,
  Side,
  Witness,
} from '../types';

/** Everyone else in the round. */
export function others(side: Side): Party[] {
  return side.neighbour ? [side.canary, side.neighbour] : [side.canary];
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

/** Path of a party's data. */
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

/** The tenant's own login reads a path. */
export function read(
  side: Side,
  path: string,
  expect: Expectation,
  witnesses: Witness[] = [],
): PodAttempt {
  return {
    by: 'tenant',
    task: { do: 'vault', method: 'GET', path },
    target: path,
    request: `GET ${side.cluster.config.vault.inClusterAddress}/v1/${path}`,
    expect,
    witnesses,
  };
}

/** The tenant logs in with a party's role. */
export function login(
  side: Side,
  { plan }: Party,
  expect: Expectation,
  token: 'vault' | 'other' = 'vault',
): PodAttempt {
  const { vaultRole } = plan.names;
  const audience = token === 'vault' ? '' : ' with a token of another audience';
  return {
    by: 'tenant',
    task: { do: 'login', role: vaultRole, token },
    target: `auth/${authMount(side)}/role/${vaultRole}`,
    request: `POST auth/${authMount(side)}/login role=${vaultRole}${audience}`,
    expect,
    witnesses: [],
  };
}

/** The tenant's own login asks Vault what it may do. */
export function capabilities(expected: [string, string[]][]): PodAttempt {
  const paths = expected.map(([path]) => path);
  return {
    by: 'tenant',
    task: { do: 'capabilities', paths },
    target: paths.join(', '),
    request: `POST sys/capabilities-self paths=${paths.join(',')}`,
    expect: capabilitiesAre(Object.fromEntries(expected)),
    witnesses: [],
  };
}

/** Somebody's own login reads their own path, at the same moment. */
export function readsItsOwn(
  side: Side,
  by: Exclude<Attacker, 'tenant'>,
): Witness {
  const party = by === 'ram' ? side.canary : side.neighbour ?? side.canary;
  const task: PodTask = { do: 'vault', method: 'GET', path: data(side, party) };
  const who = by === 'ram' ? 'the canary' : 'the neighbour';
  return { by, task, says: `${who}'s own login reads ${data(side, party)}` };
}
