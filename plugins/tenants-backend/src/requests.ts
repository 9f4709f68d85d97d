import { InputError } from '@backstage/errors';
import {
  PartialSpec,
  TenantSpec,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { Platform, STAGES } from '@threewalls/backstage-plugin-tenants-node';
import type { Request } from 'express';
import { z } from 'zod';

const DEFAULT_SIZE = 'small';
/** Characters of n8n's own passwords, at least and at most. */
const PASSWORD = { least: 8, most: 64 };

/** Of a column of integers in PostgreSQL. */
const MOST_INTEGER = 2 ** 31 - 1;

const limit = z.coerce.number().int().min(1).max(1000);
const offset = z.coerce.number().int().min(0).default(0);

export const listSchema = z.strictObject({
  status: z.enum(['holds', 'breached', 'unproven']).optional(),
  owner: z.string().optional(),
  cluster: z.string().optional(),
  limit: limit.default(100),
  offset,
});

export const pageSchema = z.strictObject({ limit: limit.default(20), offset });

export const operationsSchema = pageSchema.extend({
  /** With commas; default all */
  kinds: z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(z.enum(['apply', 'remove', 'prove'])))
    .optional(),
});

/** Why somebody does something, in their own words. */
const reason = z.string().trim().min(1).max(500);

export const acknowledgeSchema = z.strictObject({ reason });

export const muteSchema = z.strictObject({
  until: z.iso.datetime({ offset: true }),
  reason,
});

export const timelinesSchema = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }).optional(),
  names: z
    .string()
    .transform(text => text.split(',').filter(Boolean))
    .optional(),
  cluster: z.string().optional(),
  breakMs: z.coerce.number().int().min(60_000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset,
});

export const eventsSchema = z.strictObject({
  after: z.coerce.number().int().min(-1).max(MOST_INTEGER).default(-1),
});

export const matrixSchema = z.strictObject({
  cluster: z.string().optional(),
  tenant: z.string().optional(),
  format: z.enum(['cells', 'compact']).default('cells'),
  limit: limit.default(100),
  offset,
  targetsOffset: z.coerce.number().int().min(0).optional(),
});

export const reportSchema = z.strictObject({
  format: z.enum(['markdown', 'json']).default('markdown'),
});

/** In a script that a preview prints: nothing that a shell would take for more than a name. */
const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'Not a name of Kubernetes');
const from = z
  .strictObject({ namespace: objectName, deployment: objectName })
  .optional();

const trigger = z.enum(['user', 'task']).optional();
const task = z.string().max(255).optional();

export const cancelSchema = z.strictObject({ task });

/** Syntax only: what is in it `parseSpec` checks, and says in one way. */
const spec = z.looseObject({ name: z.string(), owner: z.string() });

export const planSchema = spec.extend({
  adopt: z.boolean().optional(),
  from,
  files: z.boolean().optional(),
});

export const operationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('apply'),
    spec: spec.optional(),
    size: z.string().optional(),
    stages: z.array(z.enum(STAGES as [string, ...string[]])).optional(),
    adopt: z.boolean().optional(),
    from,
    beginAnew: z.boolean().optional(),
    trigger,
    task,
    ownerPassword: z
      .string()
      .refine(
        ({ length }) => length >= PASSWORD.least && length <= PASSWORD.most,
        `The first password has ${PASSWORD.least} to ${PASSWORD.most} characters`,
      )
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('remove'),
    confirm: z.string(),
    keepData: z.boolean().optional(),
    recordsOnly: z.boolean().optional(),
    ifMadeBy: z.string().optional(),
    trigger,
    task,
  }),
  z.strictObject({ kind: z.literal('prove'), trigger, task }),
]);

export const rolloutSchema = z.strictObject({
  kind: z.enum(['apply', 'prove']),
  filter: z
    .strictObject({
      names: z.array(z.string()).optional(),
      // Of an empty one nobody means all.
      cluster: z.string().min(1).optional(),
      owner: z.string().min(1).optional(),
      outdated: z.boolean().optional(),
    })
    .default({}),
  waves: z
    .strictObject({
      first: z.number().int().min(1).max(1000).optional(),
      next: z.number().int().min(1).max(1000).optional(),
    })
    .optional(),
});

export const rolloutStateSchema = z.strictObject({
  state: z.enum(['running', 'paused', 'cancelled']),
});

/** @throws InputError that says which field is wrong and why, and no value */
export function parse<T extends z.ZodType>(
  schema: T,
  input: unknown,
): z.output<T> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new InputError(z.prettifyError(parsed.error));
  }
  return parsed.data;
}

/**
 * Handler that precedes a route without query parameters.
 *
 * @throws InputError where the query has any: the route would ignore them
 */
export function noQuery(
  { query }: Pick<Request, 'query'>,
  _res: unknown,
  next: () => void,
): void {
  parse(z.strictObject({}), query);
  next();
}

/** @throws InputError that says which field is wrong and why */
export function parseSpec(input: unknown): TenantSpec {
  const parsed = tenantSpecSchema.safeParse(input);
  if (!parsed.success) {
    throw new InputError(
      parsed.error.issues
        .map(({ path, message }) => `${path.join('.') || 'spec'}: ${message}`)
        .join('; '),
    );
  }
  // As the records keep it: JSON knows no `undefined`.
  return JSON.parse(JSON.stringify(parsed.data));
}

/**
 * A spec with what was left out filled in.
 *
 * @throws InputError where several clusters are configured and none is named
 */
export function withDefaults(
  asked: PartialSpec,
  { clusters }: Pick<Platform, 'clusters'>,
): PartialSpec {
  const only = clusters.length === 1 ? clusters[0].name : undefined;
  const cluster = asked.cluster || only;
  if (!cluster) {
    throw new InputError(
      clusters.length === 0
        ? 'cluster: none is configured under tenants.clusters'
        : `cluster: which? There is ${clusters.map(c => c.name).join(', ')}`,
    );
  }
  return {
    ...asked,
    cluster,
    size: asked.size || DEFAULT_SIZE,
    email: asked.email || undefined,
  };
}
