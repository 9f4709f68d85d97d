import { NotFoundError } from '@backstage/errors';
import { ProofSummary } from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { toMarkdown } from '../report/markdown';
import { createReport } from '../report/report';
import { pageSchema, parse, reportSchema } from '../requests';
import type { Access, RouterOptions } from '../router';
import { forViewer } from '../services/forViewer';
import { knowsName } from '../services/TenantViews';
import { readVersions } from '../services/versions';

/** Proofs of a tenant: their history, and the report of the last. */
export function addProofRoutes(
  router: express.Router,
  options: RouterOptions,
  access: Access,
): void {
  const { auditor, clusters, inventory, platform, proofs, views } = options;
  const viewerOf = async (req: express.Request) => {
    const [{ tenants }, canRead] = await Promise.all([
      inventory.list(),
      access.reader(req),
    ]);
    const knows = knowsName(tenants, canRead);
    return <P extends ProofSummary>(proof: P) =>
      forViewer(proof, knows, platform);
  };

  router.get('/tenants/:name/proofs', async (req, res) => {
    const page = parse(pageSchema, req.query);
    const { uid } = await access.readable(req, req.params.name);
    const { items, totalItems } = await proofs.list(uid, page);
    res.json({ items: items.map(await viewerOf(req)), totalItems });
  });

  router.get('/tenants/:name/proofs/:id', async (req, res) => {
    const { uid, name } = await access.readable(req, req.params.name);
    const { id } = req.params;
    const proof = await proofs.get(uid, id);
    if (!proof) {
      throw new NotFoundError(`There is no proof ${id} of tenant ${name}`);
    }
    res.json((await viewerOf(req))(proof));
  });

  router.get('/tenants/:name/report', async (req, res) => {
    const { format } = parse(reportSchema, req.query);
    const event = await auditor.createEvent({
      eventId: 'report-export',
      request: req,
      meta: { tenant: req.params.name, format },
    });
    try {
      const record = await access.readable(req, req.params.name);
      const cluster = clusters.get(record.cluster);
      const [tenant, versionsNow] = await Promise.all([
        views.describe(record, await access.reader(req)),
        readVersions(cluster, {
          provider: cluster.config.network.provider,
          externalSecrets: cluster.config.accounts.externalSecrets,
        }),
      ]);
      const last = tenant.lastProof;
      const proof = last && (await proofs.get(tenant.uid, last.id));
      const asSeen = await viewerOf(req);
      const report = createReport(tenant, proof && asSeen(proof), versionsNow);
      await event.success({ meta: last ? { proofId: last.id } : {} });
      if (format === 'json') {
        res.json(report);
      } else {
        res.type('text/markdown').send(toMarkdown(report));
      }
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  });
}
