import { NotFoundError } from '@backstage/errors';
import { toMarkdown } from '../report/markdown';
import { createReport } from '../report/report';
import { noQuery, pageSchema, parse, reportSchema } from '../requests';
import type { Routes } from '../router';
import { audited } from '../services/audited';
import { readVersions } from '../services/versions';

/** Proofs of a tenant: their history, and the report of the last. */
export function addProofRoutes(routes: Routes): void {
  const { router, access, auditor, clusters, proofs, views } = routes;

  router.get('/tenants/:name/proofs', async (req, res) => {
    const page = parse(pageSchema, req.query);
    const { uid } = await access.readable(req, req.params.name);
    const hide = await access.hider(req);
    res.json(hide(await proofs.list(uid, page)));
  });

  router.get('/tenants/:name/proofs/:id', noQuery, async (req, res) => {
    const { uid, name } = await access.readable(req, req.params.name);
    const { id } = req.params;
    const proof = await proofs.get(uid, id);
    if (!proof) {
      throw new NotFoundError(`There is no proof ${id} of tenant ${name}`);
    }
    const hide = await access.hider(req);
    res.json(hide(proof));
  });

  router.get('/tenants/:name/report', async (req, res) => {
    const { format } = parse(reportSchema, req.query);
    const report = await audited(
      auditor,
      {
        eventId: 'report-export',
        request: req,
        meta: { tenant: req.params.name, format },
      },
      async () => {
        const record = await access.readable(req, req.params.name);
        const [tenant, versionsNow, now] = await Promise.all([
          views.describe(record, await access.reader(req)),
          readVersions(clusters.get(record.cluster)),
          proofs.now(),
        ]);
        const last = tenant.lastProof;
        const proof = last && (await proofs.get(tenant.uid, last.id));
        const hide = await access.hider(req);
        return createReport(tenant, hide(proof), versionsNow, new Date(now));
      },
      ({ proof }) => (proof ? { proofId: proof.id } : {}),
    );
    if (format === 'json') {
      res.json(report);
    } else {
      res.type('text/markdown').send(toMarkdown(report));
    }
  });
}
