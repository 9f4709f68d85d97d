import { AuditorService, HttpAuthService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import {
  ProofSummary,
  ProofTrigger,
  tenantProvePermission,
  tenantReadPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import express from 'express';
import Router from 'express-promise-router';
import { ProofStore } from './database/ProofStore';
import { TenantAuthorizer } from './permissions/TenantAuthorizer';
import { toMarkdown } from './report/markdown';
import { createReport } from './report/report';
import {
  listSchema,
  matrixSchema,
  pageSchema,
  parse,
  reportSchema,
  startSchema,
} from './requests';
import { TenantDrift } from './services/TenantDrift';
import { TenantOverview } from './services/TenantOverview';
import { TenantSource } from './services/TenantSource';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  auditor: AuditorService;
  authorizer: TenantAuthorizer;
  drift: TenantDrift;
  source: TenantSource;
  store: ProofStore;
  overview: TenantOverview;
  runner: {
    start(
      tenant: TenantRecord,
      trigger: ProofTrigger,
    ): Promise<{ proof: ProofSummary; joined: boolean }>;
  };
}

/** The REST API, as schema/openapi.yaml has it. */
export function createRouter(options: RouterOptions): express.Router {
  const { httpAuth, auditor, authorizer, drift } = options;
  const { source, store, overview, runner } = options;
  const router = Router();
  router.use(express.json());

  /** What of tenants the caller may read. */
  async function visible(req: express.Request) {
    const credentials = await httpAuth.credentials(req, {
      allow: ['user', 'service'],
    });
    return authorizer.filter(credentials, tenantReadPermission);
  }

  /** The tenant of the path, if the caller has the permission for it. */
  async function tenantOf(
    req: express.Request,
    permission: ResourcePermission = tenantReadPermission,
  ): Promise<TenantRecord> {
    const credentials = await httpAuth.credentials(req, {
      allow: ['user', 'service'],
    });
    return authorizer.require(credentials, permission, () =>
      source.get(req.params.name),
    );
  }

  router.get('/tenants', async (req, res) => {
    const request = parse(listSchema, req.query);
    res.json(await overview.list(request, await visible(req)));
  });

  router.get('/tenants/:name', async (req, res) => {
    res.json(await overview.describe(await tenantOf(req)));
  });

  router.get('/tenants/:name/proofs', async (req, res) => {
    const page = parse(pageSchema, req.query);
    const { name } = await tenantOf(req);
    res.json(await store.list(name, page));
  });

  router.get('/tenants/:name/proofs/:id', async (req, res) => {
    const { name } = await tenantOf(req);
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
      const tenant = await tenantOf(req, tenantProvePermission);
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
      const tenant = await overview.describe(await tenantOf(req));
      const last = tenant.lastProof;
      const proof = last && (await store.get(tenant.name, last.id));
      const report = createReport(tenant, proof);
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

  router.get('/tenants/:name/drift', async (req, res) => {
    const tenant = await tenantOf(req);
    res.json({ items: await drift.detect(tenant) });
  });

  router.get('/matrix', async (req, res) => {
    const request = parse(matrixSchema, req.query);
    res.json(await overview.matrix(request, await visible(req)));
  });

  return router;
}
