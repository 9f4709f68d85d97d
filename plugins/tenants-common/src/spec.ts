import { z } from 'zod';
import {
  egressCidrProblem,
  egressHostProblem,
  MAX_EGRESS_ENTRIES,
} from './egress';
import { tenantNameProblem } from './names';

const ENTITY_REF =
  /^(group|user):[a-z0-9]([-a-z0-9_.]*[a-z0-9])?\/[a-z0-9]([-a-z0-9_.]*[a-z0-9])?$/;

/**
 * An entity ref in the one form in which it is stored, compared and turned into
 * a Kubernetes subject: the catalog takes refs for the same whatever their case.
 *
 * @public
 */
export function canonicalRef(entityRef: string): string {
  return entityRef.toLocaleLowerCase('en-US');
}

/**
 * What a tenant may reach outside its own namespace.
 *
 * @public
 */
export interface TenantEgress {
  /** Host names, such as `api.saas.test` or `api.saas.test:8443`; need the network provider `cilium` */
  hosts: string[];
  /** IPv4 ranges, such as `203.0.113.10/32` */
  cidrs: string[];
}

/**
 * What a tenant is to be, without any secret. Lives on its namespace.
 *
 * @public
 */
export interface TenantSpec {
  /** Unique in the portal, whatever the cluster */
  name: string;
  /** Entity ref of the group or user that owns the tenant, canonical */
  owner: string;
  /** Name of one of config's clusters */
  cluster: string;
  /** Name of one of config's sizes, or {@link PROOF_ONLY_SIZE} */
  size: string;
  egress: TenantEgress;
  /** Says that a range which covers the internet is meant */
  allowInternet: boolean;
  /** E-mail address by which the owner signs in to n8n */
  email?: string;
  /** Whether its objects are restored by themselves; default what config says */
  heal?: boolean;
}

/**
 * Size of a tenant whose namespace is somebody else's: config declares it, and it
 * is proved and nothing else.
 *
 * @public
 */
export const PROOF_ONLY_SIZE = 'proof-only';

/**
 * Returns whether a tenant is only proved: nothing of it is the portal's to apply,
 * restore, resize or remove.
 *
 * @public
 */
export function isProofOnly(spec: Pick<TenantSpec, 'size'>): boolean {
  return spec.size === PROOF_ONLY_SIZE;
}

/**
 * Schema of a {@link TenantSpec}: syntax only. What needs the platform's config
 * (known cluster and size, ranges that overlap) `planTenant` checks.
 *
 * @public
 */
export const tenantSpecSchema: z.ZodType<TenantSpec> = z.strictObject({
  name: stringWithout(name => tenantNameProblem(name)),
  owner: z
    .string()
    .transform(canonicalRef)
    .pipe(
      z
        .string()
        .regex(
          ENTITY_REF,
          'The owner is an entity ref of a group or user, such as group:default/guests',
        ),
    ),
  cluster: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'Not the name of a cluster'),
  size: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'Not the name of a size'),
  egress: z
    .strictObject({
      hosts: z
        .array(stringWithout(egressHostProblem))
        .max(MAX_EGRESS_ENTRIES)
        .default([]),
      cidrs: z
        .array(stringWithout(egressCidrProblem))
        .max(MAX_EGRESS_ENTRIES)
        .default([]),
    })
    .default({ hosts: [], cidrs: [] }),
  allowInternet: z.boolean().default(false),
  email: z.email('Not an e-mail address').max(254).optional(),
  heal: z.boolean().optional(),
}) as z.ZodType<TenantSpec>;

/** A string of which a check has nothing to say. */
function stringWithout(problemOf: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const message = problemOf(value);
    if (message) {
      context.addIssue({ code: 'custom', message });
    }
  });
}
