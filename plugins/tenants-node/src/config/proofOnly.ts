import {
  PROOF_ONLY_SIZE,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';
import { trustedSubjects } from './cluster';
import {
  flag,
  labels,
  optionalText,
  port,
  quantity,
  section,
  textList,
  refuseAt,
} from './fields';

/** Of pods that a controller takes for its own by them: a proof's must not carry these. */
const CONTROLLERS_OWN = [
  'pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
];

const cpuAndMemory = { cpu: quantity, memory: quantity };

const workload = section({
  service: z.string().default('n8n').describe('Name of its Service'),
  port: port.default(5678).describe('Port of that, and of its pods'),
  podLabels: labels.describe(
    'Labels of its pods that policies and the Service know them by; the proof pod carries them too, and is never Ready',
  ),
  serviceAccount: z
    .string()
    .default('default')
    .describe('ServiceAccount of its pods, and so of the proof pod'),
}).superRefine(({ podLabels }, context) => {
  const path = ['podLabels'];
  if (!podLabels) {
    refuseAt(context, path, ' are missing');
  }
  for (const key of CONTROLLERS_OWN.filter(each => podLabels?.[each])) {
    refuseAt(
      context,
      path,
      `${key} is for controllers: a proof pod with it would be taken for one of theirs`,
    );
  }
});

/**
 * Tenants of others: namespaces that a Helm chart, Capsule or somebody by hand has
 * made. Each is held to what stands here, and nothing but proof pods is written there.
 */
export const proofOnly = z
  .array(
    section({
      namespace: z.string().describe('Its namespace'),
      name: optionalText(
        "The tenant's name in the portal. Default the namespace's",
      ),
      owner: z
        .string()
        .describe('Entity ref of the group or user that owns it'),
      workload,
      egress: section({
        hosts: z.array(z.string()).default([]),
        cidrs: z.array(z.string()).default([]),
        namespaces: textList(
          'Namespaces with something that it uses, such as a database; no other tenant',
        ),
      })
        .prefault({})
        .describe("What it may reach: hosts and cidrs as in a tenant's spec"),
      allowInternet: flag.default(false),
      limits: section({
        ...cpuAndMemory,
        storage: quantity,
        container: section(cpuAndMemory).describe('Most of one container'),
      })
        .optional()
        .describe(
          'Most that its quotas and limits may let it have. Without them its resource wall is unproven',
        ),
      vault: section({
        role: z.string().describe('Its role of the auth method'),
        policy: z.string().describe('The one policy of its token'),
        path: z.string().describe('Its entry, under the KV mount'),
      })
        .optional()
        .describe('Its entry in Vault, which its ServiceAccount logs in for'),
      withoutVault: flag
        .default(false)
        .describe(
          'That it has no entry in Vault. Without this and `vault` its secret wall is unproven',
        ),
      trustedSubjects,
    }).transform(({ name: given, ...declared }, context) => {
      const name = given ?? declared.namespace;
      const { hosts, cidrs } = declared.egress;
      const { data: spec, error } = tenantSpecSchema.safeParse({
        name,
        owner: declared.owner,
        cluster: 'any',
        size: PROOF_ONLY_SIZE,
        egress: { hosts, cidrs },
        allowInternet: declared.allowInternet,
      });
      error?.issues.forEach(({ path, message }) =>
        refuseAt(context, path, message),
      );
      if (declared.vault && declared.withoutVault) {
        refuseAt(
          context,
          ['withoutVault'],
          'it names its entry in vault, too: say one of both',
        );
      }
      return { ...declared, name, owner: spec?.owner ?? declared.owner };
    }),
  )
  .default([])
  .describe(
    "Tenants whose namespaces are others', which are only proved: nothing but proof pods is written there",
  );
