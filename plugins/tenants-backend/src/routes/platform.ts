import express from 'express';
import type { Access, RouterOptions } from '../router';
import { platformInfo } from '../services/platformInfo';

/** What the portal offers, and whether it is well. */
export function addPlatformRoutes(
  router: express.Router,
  options: RouterOptions,
  access: Access,
): void {
  const { health, httpAuth, platform, unmanaged } = options;

  router.get('/platform', async (req, res) => {
    await access.caller(req);
    res.json(platformInfo(platform));
  });

  router.get('/unmanaged', async (req, res) => {
    await httpAuth.credentials(req, { allow: ['service'] });
    res.json({ items: await unmanaged.list() });
  });

  router.get('/health', async (req, res) => {
    await access.caller(req);
    const found = await health.health();
    res.status(found.status === 'unavailable' ? 503 : 200).json(found);
  });
}
