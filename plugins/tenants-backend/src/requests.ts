import { InputError } from '@backstage/errors';
import {
  TenantSpec,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';

const limit = z.coerce.number().int().min(1).max(1000);
const offset = z.coerce.number().int().min(0).default(0);

export const listSchema = z.object({
  status: z.enum(['holds', 'breached', 'unproven']).optional(),
  owner: z.string().optional(),
  cluster: z.string().optional(),
  limit: limit.default(100),
  offset,
});

export const pageSchema = z.object({ limit: limit.default(20), offset });

export const matrixSchema = z.object({
  cluster: z.string().optional(),
  tenant: z.string().optional(),
  format: z.enum(['cells', 'compact']).default('cells'),
  limit: limit.default(100),
  offset,
});

export const startSchema = z.object({
  trigger: z.enum(['user', 'task']).default('user'),
});

export const reportSchema = z.object({
  format: z.enum(['markdown', 'json']).default('markdown'),
});

/** @throws InputError that says which field is wrong and why */
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
  return parsed.data;
}
