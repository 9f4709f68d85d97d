import { NotFoundError } from '@backstage/errors';
import { tenantAdministerPermission } from '@threewalls/backstage-plugin-tenants-common';
import express from 'express';
import { StoredOperation, toApi } from '../database/rows';
import {
  cancelSchema,
  eventsSchema,
  noQuery,
  operationSchema,
  operationsSchema,
  parse,
  planSchema,
  rolloutSchema,
  rolloutStateSchema,
} from '../requests';
import type { Routes } from '../router';
import { audited } from '../services/audited';
import { previewPlan } from '../services/plans';

/** Plans, and everything that is done with tenants. */
export function addOperationRoutes(routes: Routes): void {
  const { router, access, auditor, authorizer, door, operations, rollouts } =
    routes;

  router.post('/plans', noQuery, async (req, res) => {
    const request = parse(planSchema, req.body ?? {});
    const credentials = await access.caller(req);
    // One who goes on typing does not wait for the answer.
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    res.json(await previewPlan(request, credentials, routes, gone.signal));
  });

  router.post('/tenants/:name/operations', noQuery, async (req, res) => {
    const request = parse(operationSchema, req.body ?? {});
    const { name } = req.params;
    const { operation } = await door.start(
      name,
      request as Parameters<typeof door.start>[1],
      await access.caller(req),
    );
    res
      .status(202)
      .location(`${req.baseUrl}/tenants/${name}/operations/${operation.id}`)
      .json((await shown(req))(operation));
  });

  router.get('/tenants/:name/operations', async (req, res) => {
    const page = parse(operationsSchema, req.query);
    const { items, totalItems } = await operations.list(
      req.params.name,
      page,
      await readerOfOperations(req),
    );
    res.json({ items: items.map(await shown(req)), totalItems });
  });

  router.get('/tenants/:name/operations/:id', noQuery, async (req, res) => {
    const operation = await readable(req);
    res.json((await shown(req))(operation));
  });

  router.get('/tenants/:name/operations/:id/events', async (req, res) => {
    const { after } = parse(eventsSchema, req.query);
    const { id } = await readable(req);
    const hide = await access.hider(req);
    res.json({ items: hide(await operations.events(id, after)) });
  });

  router.delete('/tenants/:name/operations/:id', async (req, res) => {
    const { name, id } = req.params;
    const { task } = parse(cancelSchema, req.query);
    const credentials = await access.caller(req);
    const operation = await door.cancel(name, { id, task }, credentials);
    res.json((await shown(req))(operation));
  });

  router.post('/operations', noQuery, async (req, res) => {
    const request = parse(rolloutSchema, req.body ?? {});
    const { kind, filter } = request;
    const rollout = await audited(
      auditor,
      {
        eventId: 'roll-out',
        severityLevel: 'medium',
        request: req,
        meta: { kind, filter },
      },
      async () => rollouts.start(request, await access.caller(req)),
      ({ id, total }) => ({ rolloutId: id, tenants: total }),
    );
    res
      .status(202)
      .location(`${req.baseUrl}/operations/${rollout.id}`)
      .json(rollout);
  });

  router.get('/operations', noQuery, async (req, res) => {
    await administers(req);
    const items = await rollouts.list();
    res.json({ items, totalItems: items.length });
  });

  router.get('/operations/:id', noQuery, async (req, res) => {
    await administers(req);
    res.json(await rollouts.get(req.params.id));
  });

  router.patch('/operations/:id', noQuery, async (req, res) => {
    const { state } = parse(rolloutStateSchema, req.body ?? {});
    const { id } = req.params;
    const rollout = await audited(
      auditor,
      {
        eventId: 'roll-out-change',
        severityLevel: 'medium',
        request: req,
        meta: { rolloutId: id, state },
      },
      async () => {
        await administers(req);
        return rollouts.update(id, state);
      },
      // One that had ended stays as it was.
      ({ state: now }) => ({ state: now }),
    );
    res.json(rollout);
  });

  /** Of a tenant that is gone too: what it was called, and who owned it, is known. */
  async function readerOfOperations(req: express.Request) {
    const canRead = await access.reader(req);
    return ({ tenant, owner }: StoredOperation) =>
      canRead({ name: tenant, owner });
  }

  /** How operations are shown to who asks. */
  async function shown(req: express.Request) {
    const hide = await access.hider(req);
    return (operation: StoredOperation) => hide(toApi(operation));
  }

  async function readable(req: express.Request): Promise<StoredOperation> {
    const { name, id } = req.params;
    const canRead = await readerOfOperations(req);
    const operation = await operations.get(id);
    if (!operation || operation.tenant !== name || !canRead(operation)) {
      throw new NotFoundError(`There is no operation ${id} of tenant ${name}`);
    }
    return operation;
  }

  /** Roll-outs are about many tenants: only who administers all sees them. */
  async function administers(req: express.Request): Promise<void> {
    await authorizer.check(
      await access.caller(req),
      tenantAdministerPermission,
      { name: 'all', owner: '' },
    );
  }
}
