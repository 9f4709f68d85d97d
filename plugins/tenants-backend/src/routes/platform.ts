import { HealthProblem } from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { noQuery } from '../requests';
import type { Routes } from '../router';
import { platformInfo } from '../services/platformInfo';

/** What the portal offers, and whether it is well. */
export function addPlatformRoutes(routes: Routes): void {
  const { router, access, health, httpAuth, inventory, platform, unmanaged } =
    routes;

  router.get('/platform', noQuery, async (req, res) => {
    await access.caller(req);
    res.json(platformInfo(platform));
  });

  router.get('/unmanaged', noQuery, async (req, res) => {
    await httpAuth.credentials(req, { allow: ['service'] });
    res.json({ items: await unmanaged.list() });
  });

  router.get('/health', noQuery, async (req, res) => {
    await access.caller(req);
    const found = await health.health();
    const said = [...found.problems, ...found.warnings];
    const readable =
      said.length > 0 && found.status !== 'unavailable'
        ? await readableClusters(req)
        : new Set<string>();
    const forReader = (problems: HealthProblem[], otherwise: string) =>
      problems.map(problem =>
        [...readable].some(cluster => problem.part.endsWith(` ${cluster}`))
          ? problem
          : { ...problem, message: otherwise },
      );
    res.status(found.status === 'unavailable' ? 503 : 200).json({
      ...found,
      problems: forReader(found.problems, 'No answer'),
      warnings: forReader(found.warnings, "The portal's log says more"),
    });
  });

  /** Where the caller may read a tenant: addresses and refusals there are no news. */
  async function readableClusters(req: express.Request): Promise<Set<string>> {
    const [{ tenants }, canRead] = await Promise.all([
      inventory.list(),
      access.reader(req),
    ]);
    return new Set(tenants.filter(canRead).map(({ cluster }) => cluster));
  }
}
