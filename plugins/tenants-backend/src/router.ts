import {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import {
  ProofSummary,
  ProofTrigger,
  tenantReadPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Platform,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';
import express from 'express';
import Router from 'express-promise-router';
import { ProofStore } from './database/ProofStore';
import { TenantAuthorizer, Viewer } from './permissions/TenantAuthorizer';
import { addPlatformRoutes } from './routes/platform';
import { addProofRoutes } from './routes/proofs';
import { addTenantRoutes } from './routes/tenants';
import { HealthMonitor } from './services/HealthMonitor';
import { TenantDrift } from './services/TenantDrift';
import { TenantMatrixOverview } from './services/TenantMatrixOverview';
import { TenantOverview } from './services/TenantOverview';
import { TenantPreviewer } from './services/TenantPreviewer';
import { TenantSource } from './services/TenantSource';
import { TenantUsageReader } from './services/TenantUsageReader';
import { VersionsReader } from './services/versions';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  auditor: AuditorService;
  authorizer: TenantAuthorizer;
  drift: TenantDrift;
  health: Pick<HealthMonitor, 'health'>;
  matrix: TenantMatrixOverview;
  overview: TenantOverview;
  platform: Platform;
  previewer: Pick<TenantPreviewer, 'preview'>;
  source: TenantSource;
  store: ProofStore;
  usage: TenantUsageReader;
  versions: VersionsReader;
  runner: {
    start(
      tenant: TenantRecord,
      trigger: ProofTrigger,
    ): Promise<{ proof: ProofSummary; joined: boolean }>;
  };
}

/** Who asks, and for what; the same for all routes. */
export interface Access {
  /** Users and services; nobody else gets an answer. */
  caller(req: express.Request): Promise<BackstageCredentials>;
  /** What of tenants the caller may read. */
  reader(req: express.Request): Promise<Viewer>;
  /** The tenant of that name as last listed, if the caller may read it. */
  readable(req: express.Request, name: string): Promise<TenantRecord>;
  /** The tenant as its cluster has it, if the caller has the permission. */
  tenant(
    req: express.Request,
    name: string,
    permission: ResourcePermission,
  ): Promise<TenantRecord>;
}

/** The REST API, as schema/openapi.yaml has it. */
export function createRouter(options: RouterOptions): express.Router {
  const router = Router();
  router.use(express.json());
  const access = createAccess(options);
  addTenantRoutes(router, options, access);
  addProofRoutes(router, options, access);
  addPlatformRoutes(router, options, access);
  return router;
}

function createAccess(
  options: Pick<RouterOptions, 'httpAuth' | 'authorizer' | 'source'>,
): Access {
  const { httpAuth, authorizer, source } = options;
  const caller = (req: express.Request) =>
    httpAuth.credentials(req, { allow: ['user', 'service'] });
  const reader = async (req: express.Request) =>
    authorizer.reader(
      req.headers.authorization,
      await caller(req),
      tenantReadPermission,
    );
  return {
    caller,
    reader,
    async readable(req, name) {
      const viewer = await reader(req);
      const tenant = await source.find(name);
      return authorizer.check(viewer, tenantReadPermission, tenant);
    },
    async tenant(req, name, permission) {
      const viewer = await authorizer.viewer(await caller(req), permission);
      return authorizer.check(viewer, permission, await source.get(name));
    },
  };
}
