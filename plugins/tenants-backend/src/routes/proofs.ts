import { ConflictError, NotFoundError } from '@backstage/errors';
import { tenantProvePermission } from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { toMarkdown } from '../report/markdown';
import { createReport } from '../report/report';
import { pageSchema, parse, reportSchema, startSchema } from '../requests';
import type { Access, RouterOptions } from '../router';

/** Proofs of a tenant: their history, a new one, and the report of the last. */
export function addProofRoutes(
  router: express.Router,
  options: Pick<
    RouterOptions,
    'auditor' | 'overview' | 'runner' | 'store' | 'versions'
  >,
  access: Access,
): void {
  const { auditor, overview, runner, store, versions } = options;

  router.get('/tenants/:name/proofs', async (req, res) => {
    const page = parse(pageSchema, req.query);
    const { name } = await access.readable(req, req.params.name);
    res.json(await store.list(name, page));
  });

  router.get('/tenants/:name/proofs/:id', async (req, res) => {
    const { name } = await access.readable(req, req.params.name);
    const { id } = req.params;
    const proof = await store.get(name, id);
    if (!proof) {
      throw new NotFoundError(`There is no proof ${id} of tenant ${name}`);
    }
    res.json(proof);
  });

  router.post('/tenants/:name/proofs', async (req, res) => {
    const { trigger } = parse(startSchema, req.body ?? {});
    const event = await auditor.createEvent({
      eventId: 'proof-start',
      severityLevel: 'medium',
      request: req,
      meta: { tenant: req.params.name, trigger },
    });
    try {
      const tenant = await access.tenant(
        req,
        req.params.name,
        tenantProvePermission,
      );
      if (tenant.phase === 'removing') {
        throw new ConflictError(`Tenant ${tenant.name} is being removed`);
      }
      const { proof, joined } = await runner.start(tenant, trigger);
      await event.success({ meta: { proofId: proof.id, joined } });
      res
        .status(202)
        .location(`${req.baseUrl}/tenants/${tenant.name}/proofs/${proof.id}`)
        .json(proof);
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
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
      const [tenant, versionsNow] = await Promise.all([
        overview.describe(record),
        versions.read(record.cluster),
      ]);
      const last = tenant.lastProof;
      const proof = last && (await store.get(tenant.name, last.id));
      const report = createReport(tenant, proof, versionsNow);
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
