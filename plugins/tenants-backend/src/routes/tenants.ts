import express from 'express';
import { listSchema, matrixSchema, parse } from '../requests';
import type { Access, RouterOptions } from '../router';

/** Tenants, one or many, and the matrix of their last results. */
export function addTenantRoutes(
  router: express.Router,
  options: Pick<RouterOptions, 'overview' | 'matrix' | 'usage' | 'drift'>,
  access: Access,
): void {
  const { overview, matrix, usage, drift } = options;

  router.get('/tenants', async (req, res) => {
    const request = parse(listSchema, req.query);
    const page = await overview.list(request, await access.reader(req));
    await page.send(req, res);
  });

  router.get('/tenants/:name', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    await (await overview.render(tenant)).send(req, res);
  });

  router.get('/tenants/:name/usage', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json(await usage.read(tenant));
  });

  router.get('/tenants/:name/drift', async (req, res) => {
    const tenant = await access.readable(req, req.params.name);
    res.json({ items: await drift.detect(tenant) });
  });

  router.get('/matrix', async (req, res) => {
    const { tenant: name, ...request } = parse(matrixSchema, req.query);
    const viewer = await access.reader(req);
    const page = name
      ? await matrix.cross(await access.readable(req, name), request, viewer)
      : await matrix.page(request, viewer);
    await page.send(req, res);
  });
}
