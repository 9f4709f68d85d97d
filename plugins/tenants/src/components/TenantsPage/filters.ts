import {
  Tenant,
  Wall,
  WALLS,
  WallStatus,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  isStale,
  mostUsed,
  provedAt,
  State,
  statesOf,
  STATUSES,
} from '../Shared';

/** Statuses that tenants can be counted and filtered by. */
export type StatusFilter = WallStatus | 'stale';

export const STATUS_FILTERS: readonly StatusFilter[] = [
  'holds',
  'breached',
  'unproven',
  'stale',
];

/**
 * What tenants are filtered by: `wall` is one that does not hold, `state` is changed,
 * outdated, lost, acknowledged or muted, `check` one that decided against a wall, and
 * `mine`, whatever it says, only those that the user owns.
 */
export const FILTER_KEYS = [
  'status',
  'owner',
  'cluster',
  'size',
  'wall',
  'state',
  'check',
  'mine',
] as const;

/** Which tenants are shown: the words that are in the page's address. */
export type TenantsFilter = Partial<
  Record<(typeof FILTER_KEYS)[number], string>
>;

/** What has to be known beside the tenants to filter and search them. */
export interface FilterContext {
  /** Refs that the user owns by; none while they are not known */
  ownRefs: ReadonlySet<string>;
  /** Title of an owner, by its ref */
  ownerTitles: ReadonlyMap<string, string>;
  /** Names of the tenants that a check has decided against */
  failing: ReadonlyMap<string, ReadonlySet<string>>;
}

export function matchesStatus(tenant: Tenant, status: string): boolean {
  return status === 'stale'
    ? isStale(tenant)
    : overallStatus(tenant.walls) === status;
}

export function matchesFilter(
  tenant: Tenant,
  filter: TenantsFilter,
  context: FilterContext,
): boolean {
  const { status, owner, cluster, size, wall, state, check, mine } = filter;
  return (
    (!status || matchesStatus(tenant, status)) &&
    (!owner || tenant.owner === owner) &&
    (!cluster || tenant.cluster === cluster) &&
    (!size || tenant.spec.size === size) &&
    (!wall || statusOf(tenant, wall as Wall) !== 'holds') &&
    (!state || statesOf(tenant).includes(state as State)) &&
    (!check || (context.failing.get(check)?.has(tenant.name) ?? false)) &&
    (!mine || context.ownRefs.has(tenant.owner))
  );
}

export function matchesSearch(
  tenant: Tenant,
  search: string,
  { ownerTitles }: Pick<FilterContext, 'ownerTitles'>,
): boolean {
  const { name, owner, cluster } = tenant;
  const title = ownerTitles.get(owner) ?? '';
  const text = `${name} ${owner} ${title} ${cluster}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

function statusOf(tenant: Tenant, wall: Wall): WallStatus {
  return tenant.walls.find(w => w.wall === wall)?.status ?? 'unproven';
}

const SORT_KEYS: Record<string, (tenant: Tenant) => string | number> = {
  name: tenant => tenant.name,
  walls: tenant => STATUSES.indexOf(overallStatus(tenant.walls)),
  ...Object.fromEntries(
    WALLS.map(wall => [
      wall,
      (tenant: Tenant) => STATUSES.indexOf(statusOf(tenant, wall)),
    ]),
  ),
  cluster: tenant => tenant.cluster,
  size: tenant => tenant.spec.size,
  // What is not known is less than nothing.
  use: tenant => (tenant.usage ? mostUsed(tenant.usage)[1] : -1),
  // Never proved is older than any proof.
  proved: tenant => provedAt(tenant) ?? '',
};

/** What breached comes first, until the user says otherwise. */
export const WORST_FIRST = 'walls';

/** Sorts by a column, owners as they are shown; the name decides between equals. */
export function sortTenants<T extends Tenant>(
  tenants: T[],
  column: string,
  direction: 'ascending' | 'descending',
  ownerTitles?: ReadonlyMap<string, string>,
): T[] {
  const keyOf =
    column === 'owner'
      ? ({ owner }: Tenant) => ownerTitles?.get(owner) ?? owner
      : SORT_KEYS[column] ?? SORT_KEYS.name;
  const sign = direction === 'descending' ? -1 : 1;
  return [...tenants].sort(
    (a, b) => sign * compare(keyOf(a), keyOf(b)) || compare(a.name, b.name),
  );
}

// One collator: making one for each comparison takes most of a sort's time.
const collator = new Intl.Collator(undefined, { numeric: true });

function compare(a: string | number, b: string | number): number {
  return typeof a === 'string' && typeof b === 'string'
    ? collator.compare(a, b)
    : Number(a) - Number(b);
}

/** The columns of a table of tenants as a spreadsheet reads it. */
export function csvOf(
  tenants: Tenant[],
  ownerTitles: ReadonlyMap<string, string>,
): string {
  const columns: [head: string, cell: (tenant: Tenant) => string][] = [
    ['name', ({ name }) => name],
    ...WALLS.map((wall): (typeof columns)[number] => [
      wall,
      tenant => statusOf(tenant, wall),
    ]),
    ['stale', tenant => (isStale(tenant) ? 'stale' : '')],
    ['state', tenant => statesOf(tenant).join(' ')],
    ['proved at', tenant => provedAt(tenant) ?? ''],
    ['owner', ({ owner }) => owner],
    ['owner title', ({ owner }) => ownerTitles.get(owner) ?? ''],
    ['cluster', ({ cluster }) => cluster],
    ['namespace', ({ namespace }) => namespace],
    ['size', ({ spec }) => spec.size],
    ...WALLS.map((wall): (typeof columns)[number] => [
      `${wall} summary`,
      ({ walls }) => walls.find(w => w.wall === wall)?.summary ?? '',
    ]),
  ];
  return [
    columns.map(([head]) => head),
    ...tenants.map(tenant => columns.map(([, cell]) => cell(tenant))),
  ]
    .map(row => `${row.map(csvCell).join(',')}\r\n`)
    .join('');
}

/** A cell as RFC 4180 quotes it; one that a spreadsheet would compute is text. */
function csvCell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
