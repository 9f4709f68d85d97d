import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import {
  AdoptionSource,
  PartialSpec,
} from '@threewalls/backstage-plugin-tenants-common';

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
        'Entity ref of the group or user that owns the tenant, such as group:default/guests; guests means that too',
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
      .boolean({ description: 'Allow broad ranges, such as 0.0.0.0/0' })
      .optional(),
  email: (zod: Z) =>
    zod
      .string({ description: "E-mail address of n8n's first user" })
      .optional(),
  heal: (zod: Z) =>
    zod
      .boolean({
        description:
          'Restore its objects by themselves when others have changed them; default tenants.heal',
      })
      .optional(),
  adopt: (zod: Z) =>
    zod
      .boolean({
        description:
          'Take over objects that are there and not Threewalls’; takes tenant.administer',
      })
      .optional(),
  fromNamespace: (zod: Z) =>
    zod
      .string({
        description:
          'Namespace of a hand-made n8n that becomes the tenant; takes tenant.administer',
      })
      .optional(),
  fromDeployment: (zod: Z) =>
    zod.string({ description: 'Its Deployment' }).optional(),
  beginAnew: (zod: Z) =>
    zod
      .boolean({
        description:
          'Write a new encryption key where the old one is lost, and lose the credentials stored in n8n; takes tenant.administer',
      })
      .optional(),
};

/** Values of {@link specInput}. */
export type SpecInput = z.output<
  z.ZodObject<{
    [Field in keyof typeof specInput]: ReturnType<(typeof specInput)[Field]>;
  }>
>;

/** The hand-made n8n that an action's input means. */
export function toSource({
  fromNamespace,
  fromDeployment,
}: SpecInput): AdoptionSource | undefined {
  return fromNamespace
    ? { namespace: fromNamespace, deployment: fromDeployment ?? '' }
    : undefined;
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

/** The spec that an action's input means; the backend fills in what was left out. */
export function toSpec(input: SpecInput): PartialSpec {
  return {
    name: input.name,
    owner: stringifyEntityRef(
      parseEntityRef(input.owner, { defaultKind: 'group' }),
    ),
    cluster: input.cluster || undefined,
    size: input.size || undefined,
    egress: { hosts: input.egressHosts ?? [], cidrs: input.egressCidrs ?? [] },
    allowInternet: input.allowInternet ?? false,
    email: input.email || undefined,
    heal: input.heal,
  };
}
