import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { z } from 'zod/v3';
import {
  AdoptionSource,
  PartialSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import { count, flag, optional, text, texts } from './fields';

/** Input fields of every action that takes a spec. */
export const specInput = {
  name: text(
    'Name of the tenant: lower-case letters, digits and dashes; unique in the portal',
  ),
  owner: text(
    'Entity ref of the group or user that owns the tenant, such as group:default/guests; guests means that too',
  ),
  size: optional(text('Size under tenants.sizes; default small')),
  cluster: optional(
    text('Cluster under tenants.clusters; may be left out where there is one'),
  ),
  egressHosts: optional(
    texts(
      'Host names that the tenant may reach; need the network provider cilium',
    ),
  ),
  egressCidrs: optional(texts('IPv4 ranges that the tenant may reach')),
  allowInternet: optional(flag('Allow broad ranges, such as 0.0.0.0/0')),
  email: optional(text("E-mail address of n8n's first user")),
  heal: optional(
    flag(
      'Restore its objects by themselves when others have changed them; default tenants.heal',
    ),
  ),
  adopt: optional(
    flag(
      'Take over objects that are there and not Threewalls’; takes tenant.administer',
    ),
  ),
  fromNamespace: optional(
    text(
      'Namespace of a hand-made n8n that becomes the tenant; takes tenant.administer',
    ),
  ),
  fromDeployment: optional(text('Its Deployment')),
  beginAnew: optional(
    flag(
      'Write a new encryption key where the old one is lost, and lose the credentials stored in n8n; takes tenant.administer',
    ),
  ),
};

/** Values of {@link specInput}. */
export type SpecInput = z.output<
  z.ZodObject<{
    [Field in keyof typeof specInput]: ReturnType<(typeof specInput)[Field]>;
  }>
>;

/**
 * The hand-made n8n that an action's input means.
 *
 * @throws InputError where only half of it is said
 */
export function toSource({
  fromNamespace,
  fromDeployment,
}: SpecInput): AdoptionSource | undefined {
  if (!fromNamespace && !fromDeployment) {
    return undefined;
  }
  if (!fromNamespace || !fromDeployment) {
    throw new InputError(
      'fromNamespace and fromDeployment go together: a hand-made n8n is named by both',
    );
  }
  return { namespace: fromNamespace, deployment: fromDeployment };
}

/** Output fields of every action that applies stages. */
export const applyOutput = {
  namespace: text('Namespace of the tenant'),
  created: count('Resources created'),
  updated: count('Resources updated'),
  unchanged: count('Resources left alone'),
  url: optional(text('Where n8n is found, where config exposes it')),
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
