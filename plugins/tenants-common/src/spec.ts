import { z } from 'zod';
import { tenantNameProblem } from './names';

const HOST =
  /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const CIDR = new RegExp(`^(${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?\\d)$`);
const ENTITY_REF =
  /^(group|user):[a-z0-9]([-a-z0-9_.]*[a-z0-9])?\/[a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/;

/**
 * What a tenant may reach outside its own namespace.
 *
 * @public
 */
export interface TenantEgress {
  /** Host names, such as `api.saas.test`; need the network provider `cilium` */
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
  /** Entity ref of the group or user that owns the tenant */
  owner: string;
  /** Name of one of config's clusters */
  cluster: string;
  /** Name of one of config's sizes */
  size: string;
  egress: TenantEgress;
  /** Says that a range which covers the internet is meant */
  allowInternet: boolean;
  /** E-mail address by which the owner signs in to n8n */
  email?: string;
}

/**
 * Schema of a {@link TenantSpec}: syntax only. What needs the platform's config
 * (known cluster and size, ranges that overlap) `planTenant` checks.
 *
 * @public
 */
export const tenantSpecSchema: z.ZodType<TenantSpec> = z.strictObject({
  name: z.string().superRefine((name, context) => {
    const problem = tenantNameProblem(name);
    if (problem) {
      context.addIssue({ code: 'custom', message: problem });
    }
  }),
  owner: z
    .string()
    .regex(
      ENTITY_REF,
      'The owner is an entity ref of a group or user, such as group:default/guests',
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
        .array(
          z
            .string()
            .max(253)
            .regex(HOST, 'Not a host name, such as api.example.com'),
        )
        .max(100)
        .default([]),
      cidrs: z
        .array(
          z.string().regex(CIDR, 'Not an IPv4 range, such as 203.0.113.0/24'),
        )
        .max(100)
        .default([]),
    })
    .default({ hosts: [], cidrs: [] }),
  allowInternet: z.boolean().default(false),
  email: z.email('Not an e-mail address').max(254).optional(),
}) as z.ZodType<TenantSpec>;
