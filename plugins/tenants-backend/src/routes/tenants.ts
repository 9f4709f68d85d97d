import { createHash } from 'node:crypto';
import {
  Impostor,
  MatrixCell,
  MatrixFleet,
  tenantAdministerPermission,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { LRUCache } from 'lru-cache';
import {
  listSchema,
  matrixSchema,
  noQuery,
  pageSchema,
  parse,
  timelinesSchema,
} from '../requests';
import type { ProofStore } from '../database/ProofStore';
import type { Routes } from '../router';
import { Tenant } from '../inventory/Inventory';
import { detectDrift } from '../services/plans';
import { readUsage } from '../services/readUsage';
import { PairsNow, sizesOf } from '../services/TenantViews';
import { timelinesOf } from '../services/timelines';

/** A letter for each status in a compact row; `-` is no result. */
const LETTERS: Record<WallStatus, string> = {
  holds: 'h',
  breached: 'b',
  unproven: 'u',
};

/** Breached pairs that are named, of however many. */
const BREACHED_SHOWN = 100;

/**
 * How many pairs have a result changes slowly, and a million of them take a second to
 * count: for each set of tenants they are counted once in this time, in milliseconds.
 */
const COUNTED_MS = 15_000;
const COUNTS = 100;

/** Tenants, one or many, and the matrix of their last results. */
export function addTenantRoutes(routes: Routes): void {
  const { router, access, authorizer, inventory, proofs, views } = routes;
  const provedCounts = new LRUCache<
    string,
    ReturnType<ProofStore['countPairs']>
  >({ max: COUNTS, ttl: COUNTED_MS });

  router.get('/tenants', async (req, res) => {
    const request = parse(listSchema, req.query);
    const canRead = await access.reader(req);
    const { impostors = [], ...page } = await views.list(request, canRead);
    const seen = impostors.length > 0 ? await visible(req, impostors) : [];
    res.json({ ...page, ...(seen.length > 0 && { impostors: seen }) });
  });

  router.get('/tenants/:name', noQuery, async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json(await views.describe(tenant, await access.reader(req)));
  });

  router.get('/tenants/:name/usage', noQuery, async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    // Of what is in the place of a lost one its owner sees nothing.
    const isGone = tenant.lost && !tenant.isAway;
    res.json(
      isGone ? { quotas: [] } : await readUsage(tenant, routes.clusters),
    );
  });

  router.get('/tenants/:name/drift', noQuery, async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    const hide = await access.hider(req);
    res.json({ items: hide(await detectDrift(tenant, routes)) });
  });

  router.get('/removed', async (req, res) => {
    const page = parse(pageSchema, req.query);
    res.json(await routes.store.removed(page, await access.reader(req)));
  });

  router.get('/matrix', async (req, res) => {
    const { tenant: name, ...request } = parse(matrixSchema, req.query);
    const canRead = await access.reader(req);
    const of = name ? await access.readable(req, name) : undefined;
    const cluster = of?.cluster ?? request.cluster;
    const { tenants: all } = await inventory.list();
    const found = all.filter(
      tenant =>
        canRead(tenant) &&
        tenant.uid !== of?.uid &&
        (cluster === undefined || tenant.cluster === cluster),
    );
    const { limit, offset, format, targetsOffset = offset } = request;
    const shown = found.slice(offset, offset + limit);
    const across = found.slice(targetsOffset, targetsOffset + limit);
    const uids = shown.map(({ uid }) => uid);
    const pairs = of
      ? (
          await Promise.all([
            proofs.pairs([of.uid], uids),
            proofs.pairs(uids, [of.uid]),
          ])
        ).flat()
      : await proofs.pairs(
          uids,
          across.map(({ uid }) => uid),
        );
    const now = await views.pairsNow(all);
    const cells = now.cells(pairs);
    const tenants = [...(of ? [of] : []), ...shown].map(t => t.name);
    const targets =
      of || targetsOffset === offset ? tenants : across.map(t => t.name);
    res.json({
      tenants,
      ...(targets !== tenants && { targets }),
      totalItems: found.length + (of ? 1 : 0),
      coverage: {
        pairs: of ? 2 * shown.length : countPairs(shown, across),
        proved: cells.length,
      },
      ...(format === 'compact'
        ? { rows: compactRows(tenants, targets, cells) }
        : { cells }),
      ...(!of && { fleet: await fleetOf(found, now) }),
    });
  });

  router.get('/timelines', async (req, res) => {
    const request = parse(timelinesSchema, req.query);
    const { names, cluster, limit, offset } = request;
    const canRead = await access.reader(req);
    const wanted = names && new Set(names);
    const found = (await inventory.list()).tenants.filter(
      tenant =>
        canRead(tenant) &&
        (!wanted || wanted.has(tenant.name)) &&
        (cluster === undefined || tenant.cluster === cluster),
    );
    const shown = found.slice(offset, offset + limit);
    res.json({
      items: await timelinesOf(
        shown,
        request,
        proofs,
        routes.platform.proofs.retention.count,
      ),
      totalItems: found.length,
    });
  });

  /** Whose an impostor is nobody can say: only who administers all sees it. */
  async function visible(
    req: express.Request,
    impostors: Impostor[],
  ): Promise<Impostor[]> {
    const administers = await authorizer.viewer(
      await access.caller(req),
      tenantAdministerPermission,
    );
    return impostors.filter(({ name }) => administers({ name, owner: '' }));
  }

  /** What is known of all pairs of these. */
  async function fleetOf(
    tenants: Tenant[],
    now: PairsNow,
  ): Promise<MatrixFleet> {
    const uids = tenants.map(({ uid }) => uid);
    const pairs = countPairs(tenants, tenants);
    const [{ proved, held }, breached] = await Promise.all([
      countProved(uids, now.countSince(tenants) ?? Infinity),
      proofs.breachedPairs(uids, BREACHED_SHOWN),
    ]);
    return {
      pairs,
      proved,
      ...(held > 0 &&
        breached.total === 0 && { breachedAtMost: shareAtMost(held, pairs) }),
      roundMs: views.roundMs(tenants),
      breached: {
        total: breached.total,
        cells: now.cells(breached.pairs),
      },
    };
  }

  function countProved(uids: string[], since: number) {
    const key = createHash('sha1').update(uids.join()).digest('base64');
    let counted = provedCounts.get(key);
    if (!counted) {
      counted = proofs.countPairs(uids, since);
      provedCounts.set(key, counted);
      // What went wrong is asked anew.
      counted.catch(() => provedCounts.delete(key));
    }
    return counted;
  }
}

/**
 * With more than this share of all breached, as many at random would have held with a
 * probability of less than 5 %: (1 - share) ^ drawn = 0.05. Both ways of a pair are
 * proved in one round, and so are one draw.
 */
function shareAtMost(held: number, pairs: number): number {
  const drawn = held / 2;
  return held < pairs ? 1 - 0.05 ** (1 / drawn) : 0;
}

/** Ordered pairs of tenants of one cluster, the first of these, the second of those. */
function countPairs(attackers: Tenant[], targets: Tenant[]): number {
  const sizes = sizesOf(targets);
  const uids = new Set(targets.map(({ uid }) => uid));
  return attackers.reduce(
    (sum, { cluster, uid }) =>
      sum + (sizes.get(cluster) ?? 0) - (uids.has(uid) ? 1 : 0),
    0,
  );
}

function compactRows(
  tenants: string[],
  targets: string[],
  cells: MatrixCell[],
): string[] {
  const row = new Map(tenants.map((name, i) => [name, i]));
  const column = new Map(targets.map((name, i) => [name, i]));
  const rows = tenants.map(() => Array(targets.length).fill('-'));
  for (const { tenant, neighbour, status } of cells) {
    rows[row.get(tenant)!][column.get(neighbour)!] = LETTERS[status];
  }
  return rows.map(letters => letters.join(''));
}
