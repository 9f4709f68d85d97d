import {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { tenantReadPermission } from '@threewalls/backstage-plugin-tenants-common';
import { Clusters, Platform } from '@threewalls/backstage-plugin-tenants-node';
import express from 'express';
import Router from 'express-promise-router';
import { AttentionStore } from './database/AttentionStore';
import { OperationStore } from './database/OperationStore';
import { ProofStore } from './database/ProofStore';
import { TenantStore } from './database/TenantStore';
import { Inventory, Tenant } from './inventory/Inventory';
import { Operations } from './operations/Operations';
import { Rollouts } from './operations/Rollouts';
import { TenantAuthorizer, Viewer } from './permissions/TenantAuthorizer';
import { addAttentionRoutes } from './routes/attention';
import { addOperationRoutes } from './routes/operations';
import { addPlatformRoutes } from './routes/platform';
import { addProofRoutes } from './routes/proofs';
import { addTenantRoutes } from './routes/tenants';
import { HealthMonitor } from './services/HealthMonitor';
import { HiddenNames, Hide } from './services/HiddenNames';
import { TenantViews } from './services/TenantViews';
import { Unmanaged } from './services/unmanaged';

export interface RouterOptions {
  attention: AttentionStore;
  auditor: AuditorService;
  authorizer: TenantAuthorizer;
  clusters: Clusters;
  health: Pick<HealthMonitor, 'health'>;
  httpAuth: HttpAuthService;
  inventory: Inventory;
  names: HiddenNames;
  door: Operations;
  operations: OperationStore;
  platform: Platform;
  proofs: ProofStore;
  rollouts: Rollouts;
  store: TenantStore;
  unmanaged: Unmanaged;
  views: TenantViews;
}

/** Who asks, and for what; the same for all routes. */
export interface Access {
  /** Users and services; nobody else gets an answer. */
  caller(req: express.Request): Promise<BackstageCredentials>;
  /** Which tenants the caller may read. */
  reader(req: express.Request): Promise<Viewer>;
  /** Hides the tenants that the caller may not read. */
  hider(req: express.Request): Promise<Hide>;
  /** The tenant of that name as last listed, if the caller may read it. */
  readable(req: express.Request, name: string): Promise<Tenant>;
}

/** What routes are added with, and to. */
export interface Routes extends RouterOptions {
  router: express.Router;
  access: Access;
}

/** The REST API, as schema/openapi.yaml has it. */
export function createRouter(options: RouterOptions): express.Router {
  const { httpAuth, authorizer, inventory, names } = options;
  const router = Router();
  router.use(express.json());
  const caller = (req: express.Request) =>
    httpAuth.credentials(req, { allow: ['user', 'service'] });
  // Decided once a request, whatever it takes to answer it.
  const readers = new WeakMap<express.Request, Promise<Viewer>>();
  const reader = (req: express.Request) => {
    let asked = readers.get(req);
    if (!asked) {
      asked = caller(req).then(credentials =>
        authorizer.viewer(credentials, tenantReadPermission),
      );
      readers.set(req, asked);
    }
    return asked;
  };
  const access: Access = {
    caller,
    reader,
    hider: async req => names.from(await reader(req)),
    async readable(req, name) {
      const canRead = await reader(req);
      const tenant = await inventory.find(name);
      authorizer.expect(canRead, tenantReadPermission, tenant);
      return tenant;
    },
  };
  const routes = { ...options, router, access };
  addTenantRoutes(routes);
  addOperationRoutes(routes);
  addProofRoutes(routes);
  addAttentionRoutes(routes);
  addPlatformRoutes(routes);
  return router;
}
