import { z } from 'zod/v3';
import { InputError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { Platform } from '@threewalls/backstage-plugin-tenants-node';

type Z = typeof z;

/** Input fields of every action that takes a spec. */
export const specInput = {
  name: (zod: Z) =>
    zod.string({
      description:
        'Name of the tenant: lower-case letters, digits and dashes; unique in the portal',
    }),
  owner: (zod: Z) =>
    zod.string({
      description:
        'Entity ref of the group or user that owns the tenant, such as group:default/guests',
    }),
  size: (zod: Z) =>
    zod
      .string({ description: 'Size under tenants.sizes; default small' })
      .optional(),
  cluster: (zod: Z) =>
    zod
      .string({
        description:
          'Cluster under tenants.clusters; may be left out where there is one',
      })
      .optional(),
  egressHosts: (zod: Z) =>
    zod
      .array(zod.string(), {
        description:
          'Host names that the tenant may reach; need the network provider cilium',
      })
      .optional(),
  egressCidrs: (zod: Z) =>
    zod
      .array(zod.string(), {
        description: 'IPv4 ranges that the tenant may reach',
      })
      .optional(),
  allowInternet: (zod: Z) =>
    zod
      .boolean({
        description: 'Allow ranges that cover a large part of the internet',
      })
      .optional(),
  email: (zod: Z) =>
    zod
      .string({ description: "E-mail address of n8n's first user" })
      .optional(),
  adopt: (zod: Z) =>
    zod
      .boolean({
        description: 'Take over objects that are there and not Threewalls’',
      })
      .optional(),
};

/** Values of {@link specInput}. */
export interface SpecInput {
  name: string;
  owner: string;
  size?: string;
  cluster?: string;
  egressHosts?: string[];
  egressCidrs?: string[];
  allowInternet?: boolean;
  email?: string;
  adopt?: boolean;
}

/** Output fields of every action that applies stages. */
export const applyOutput = {
  namespace: (zod: Z) => zod.string({ description: 'Namespace of the tenant' }),
  created: (zod: Z) => zod.number({ description: 'Resources created' }),
  updated: (zod: Z) => zod.number({ description: 'Resources updated' }),
  unchanged: (zod: Z) => zod.number({ description: 'Resources left alone' }),
  url: (zod: Z) =>
    zod
      .string({ description: 'Where n8n is found, where config exposes it' })
      .optional(),
};

/** Characters of n8n's own passwords, at least and at most. */
const PASSWORD = { least: 8, most: 64 };

/**
 * The owner's first password, of the form's secrets; `undefined` where none was
 * given. The templates' secrets schema says the same: this is for the others.
 *
 * @throws InputError for one that n8n would not take; it does not say which
 */
export function ownerPasswordOf(
  secrets: Record<string, string> | undefined,
): string | undefined {
  const password = secrets?.ownerPassword;
  if (!password) {
    return undefined;
  }
  if (password.length < PASSWORD.least || password.length > PASSWORD.most) {
    throw new InputError(
      `The first password has ${PASSWORD.least} to ${PASSWORD.most} characters`,
    );
  }
  return password;
}

/**
 * The spec that an action's input means, with defaults filled in: the
 * scaffolder's own schema is for documentation and never fills any.
 *
 * @throws InputError where several clusters are configured and none is named
 */
export function toSpec(input: SpecInput, platform: Platform): TenantSpec {
  const { clusters } = platform;
  const cluster =
    input.cluster || (clusters.length === 1 ? clusters[0].name : undefined);
  if (!cluster) {
    throw new InputError(
      clusters.length === 0
        ? 'No cluster is configured under tenants.clusters'
        : `Which cluster? There is ${clusters.map(c => c.name).join(', ')}`,
    );
  }
  return {
    name: input.name,
    owner: input.owner,
    cluster,
    size: input.size || 'small',
    egress: { hosts: input.egressHosts ?? [], cidrs: input.egressCidrs ?? [] },
    allowInternet: input.allowInternet ?? false,
    ...(input.email && { email: input.email }),
  };
}
