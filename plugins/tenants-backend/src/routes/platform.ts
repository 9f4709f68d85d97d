import express from 'express';
import type { Access, RouterOptions } from '../router';
import { platformInfo } from '../services/platformInfo';

/** What the portal offers, what it would do, and whether it is well. */
export function addPlatformRoutes(
  router: express.Router,
  options: Pick<RouterOptions, 'health' | 'platform' | 'previewer'>,
  access: Access,
): void {
  const { health, platform, previewer } = options;

  router.get('/platform', async (req, res) => {
    await access.caller(req);
    res.json(platformInfo(platform));
  });

  router.post('/preview', async (req, res) => {
    const credentials = await access.caller(req);
    // One who goes on typing does not wait for the answer.
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    res.json(await previewer.preview(req.body, credentials, gone.signal));
  });

  router.get('/health', async (req, res) => {
    await access.caller(req);
    const found = await health.health();
    res.status(found.status === 'unavailable' ? 503 : 200).json(found);
  });
}
