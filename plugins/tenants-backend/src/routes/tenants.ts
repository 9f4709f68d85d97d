import {
  MatrixCell,
  tenantAdministerPermission,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { listSchema, matrixSchema, pageSchema, parse } from '../requests';
import type { Access, RouterOptions } from '../router';
import { Tenant } from '../inventory/Inventory';
import { detectDrift } from '../services/plans';
import { readUsage } from '../services/readUsage';

/** A letter for each status in a compact row; `-` is no result. */
const LETTERS: Record<WallStatus, string> = {
  holds: 'h',
  breached: 'b',
  unproven: 'u',
};

/** Tenants, one or many, and the matrix of their last results. */
export function addTenantRoutes(
  router: express.Router,
  options: RouterOptions,
  access: Access,
): void {
  const { authorizer, clusters, inventory, proofs, store, views } = options;

  router.get('/tenants', async (req, res) => {
    const request = parse(listSchema, req.query);
    const credentials = await access.caller(req);
    const [canRead, administers] = await Promise.all([
      access.reader(req),
      authorizer.viewer(credentials, tenantAdministerPermission),
    ]);
    const { impostors = [], ...page } = await views.list(request, canRead);
    // Whose an impostor is nobody can say: only who administers all sees it.
    const seen = impostors.filter(({ name }) =>
      administers({ name, owner: '' }),
    );
    res.json({ ...page, ...(seen.length > 0 && { impostors: seen }) });
  });

  router.get('/tenants/:name', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json(await views.describe(tenant, await access.reader(req)));
  });

  router.get('/tenants/:name/usage', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json(await readUsage(tenant, clusters));
  });

  router.get('/tenants/:name/drift', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json({ items: await detectDrift(tenant, options) });
  });

  router.get('/removed', async (req, res) => {
    const page = parse(pageSchema, req.query);
    res.json(await store.removed(page, await access.reader(req)));
  });

  router.get('/matrix', async (req, res) => {
    const { tenant: name, ...request } = parse(matrixSchema, req.query);
    const canRead = await access.reader(req);
    const of = name ? await access.readable(req, name) : undefined;
    const cluster = of?.cluster ?? request.cluster;
    const found = (await inventory.list()).tenants.filter(
      tenant =>
        canRead(tenant) &&
        tenant.uid !== of?.uid &&
        (cluster === undefined || tenant.cluster === cluster),
    );
    const { limit, offset, format } = request;
    const shown = found.slice(offset, offset + limit);
    const uids = shown.map(({ uid }) => uid);
    const cells = of
      ? (
          await Promise.all([
            proofs.pairs([of.uid], uids),
            proofs.pairs(uids, [of.uid]),
          ])
        ).flat()
      : await proofs.pairs(uids);
    const tenants = [...(of ? [of] : []), ...shown].map(t => t.name);
    res.json({
      tenants,
      totalItems: found.length + (of ? 1 : 0),
      coverage: {
        pairs: of ? 2 * shown.length : countPairs(shown),
        proved: cells.length,
      },
      ...(format === 'compact'
        ? { rows: compactRows(tenants, cells) }
        : { cells }),
    });
  });
}

/** Ordered pairs of tenants of one cluster. */
function countPairs(tenants: Tenant[]): number {
  const sizes = new Map<string, number>();
  for (const { cluster } of tenants) {
    sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  }
  return [...sizes.values()].reduce((sum, n) => sum + n * (n - 1), 0);
}

function compactRows(tenants: string[], cells: MatrixCell[]): string[] {
  const places = new Map(tenants.map((name, i) => [name, i]));
  const rows = tenants.map(() => Array(tenants.length).fill('-'));
  for (const { tenant, neighbour, status } of cells) {
    rows[places.get(tenant)!][places.get(neighbour)!] = LETTERS[status];
  }
  return rows.map(row => row.join(''));
}
