import { ConflictError, InputError } from '@backstage/errors';
import {
  MAX_MUTE_DAYS,
  tenantAdministerPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { principalOf } from '../operations/Operations';
import { acknowledgeSchema, muteSchema, noQuery, parse } from '../requests';
import type { Access, Routes } from '../router';
import { audited } from '../services/audited';

const DAY_MS = 24 * 60 * 60_000;

/** What the platform team says of a tenant whose walls do not hold: it changes no status. */
export function addAttentionRoutes(routes: Routes): void {
  const { router, access, attention, auditor, authorizer, proofs, views } =
    routes;

  router.put('/tenants/:name/acknowledgement', noQuery, async (req, res) => {
    const { reason } = parse(acknowledgeSchema, req.body ?? {});
    await change(req, res, 'tenant-acknowledge', async (tenant, by) => {
      const canRead = await access.reader(req);
      const { walls } = await views.describe(tenant, canRead);
      const failing = walls.filter(({ status }) => status !== 'holds');
      if (failing.length === 0) {
        throw new ConflictError(
          `All walls of ${tenant.name} hold: there is nothing to acknowledge`,
        );
      }
      const names = failing.map(({ wall }) => wall);
      await attention.acknowledge(tenant.uid, { by, reason, walls: names });
      return { reason, walls: names };
    });
  });

  router.put('/tenants/:name/mute', noQuery, async (req, res) => {
    const { until, reason } = parse(muteSchema, req.body ?? {});
    const left = Date.parse(until) - (await proofs.now());
    if (left <= 0 || left > MAX_MUTE_DAYS * DAY_MS) {
      throw new InputError(
        `until: must be in the future, and at most ${MAX_MUTE_DAYS} days from now`,
      );
    }
    await change(req, res, 'tenant-mute', async ({ uid }, by) => {
      const end = new Date(until).toISOString();
      await attention.mute(uid, { by, reason, until: end });
      return { reason, until: end };
    });
  });

  router.delete('/tenants/:name/mute', noQuery, async (req, res) => {
    await change(req, res, 'tenant-unmute', async ({ uid }) => {
      await attention.unmute(uid);
      return {};
    });
  });

  /** Does it for who administers tenants, on the audit log's record. */
  async function change(
    req: express.Request,
    res: express.Response,
    eventId: string,
    work: (
      tenant: Awaited<ReturnType<Access['readable']>>,
      by: string | undefined,
    ) => Promise<Record<string, string | string[]>>,
  ): Promise<void> {
    const { tenant } = await audited(
      auditor,
      {
        eventId,
        severityLevel: 'medium',
        request: req,
        meta: { tenant: req.params.name },
      },
      async () => {
        const credentials = await access.caller(req);
        const found = await access.readable(req, req.params.name);
        await authorizer.check(credentials, tenantAdministerPermission, found);
        const meta = await work(found, principalOf(credentials));
        return { tenant: found, meta };
      },
      ({ meta }) => meta,
    );
    res.json(await views.describe(tenant, await access.reader(req)));
  }
}
