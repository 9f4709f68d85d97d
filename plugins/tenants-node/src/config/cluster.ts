import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  flag,
  mount,
  optionalText,
  rangeList,
  section,
  textList,
  textWithout,
  url,
  refuseAt,
} from './fields';

/** Fixed policy of tenants where config names no other; as under deploy/. */
const TEMPLATED_POLICY = 'threewalls-tenant';

export const kubernetes = section({
  kubeconfig: optionalText(
    'Path of a kubeconfig file; read when it is first needed',
  ),
  context: optionalText('Context of the kubeconfig. Default its current one'),
  inCluster: flag
    .optional()
    .describe('Use the ServiceAccount of the pod that the portal runs in'),
  url: url.optional().describe('URL of the API server, https'),
  caData: optionalText('CA of the API server, PEM in base64'),
  caFile: optionalText('Or a file with that CA, PEM'),
  tokenFile: optionalText(
    "File with the portal's token; read again as it expires",
  ),
  token: z
    .string()
    .optional()
    .meta({ visibility: 'secret' })
    .describe("Token of the portal's ServiceAccount"),
}).describe(
  "The cluster's API: a kubeconfig, in-cluster, or url with caData and token",
);

const login = section({
  approle: section({
    mount: mount.default('approle'),
    roleIdFile: z.string().describe('File with the role id'),
    secretIdFile: z.string().describe('File with the secret id'),
  }).optional(),
  kubernetes: section({
    mount: mount.default('kubernetes'),
    role: z.string().describe('Vault role of the portal'),
    tokenFile: z
      .string()
      .default('/var/run/secrets/tokens/vault')
      .describe("File with the ServiceAccount's token"),
  }).optional(),
  tokenFile: optionalText('File with a token that is renewed elsewhere'),
});

export const vault = section({
  address: url.describe('URL as the portal sees it'),
  inClusterAddress: url
    .optional()
    .describe('URL as pods see it. Default the address'),
  cidrs: rangeList(
    "Ranges that its address is in, for policies that can't name a host outside the cluster",
  ),
  caData: optionalText('CA of Vault, PEM'),
  caFile: optionalText('Or a file with that CA; read when the portal starts'),
  namespace: optionalText('Vault Enterprise namespace'),
  kvMount: mount
    .default('secret')
    .describe('KV v2 mount, without slashes around it'),
  authMount: mount
    .default('kubernetes')
    .describe('Mount of the Kubernetes auth method, without slashes around it'),
  reviewedAuthMounts: textList(
    "Mounts of other auth methods that an administrator has seen to take no tenant's ServiceAccounts. Others leave the secret wall unproven: such as may take anybody's signed tokens, and such as look like another cluster's with a role that would take a tenant's",
  ),
  trustedPolicies: z
    .array(
      textWithout(name =>
        name === '*' || name === 'default'
          ? `${name} would trust everybody: name policies of those that are trusted`
          : undefined,
      ),
    )
    .default([])
    .describe(
      "Vault policies of the platform's own that may reach tenants' entries, or change policies and logins; `*` at the end is any rest. Any other that may is found. `root` and the portal's own are known",
    ),
  policies: z
    .enum(['perTenant', 'templated'])
    .default('perTenant')
    .describe(
      'perTenant: the portal writes a policy for each tenant. templated: an administrator has installed one for all, under deploy/vault',
    ),
  templatedPolicy: textWithout(name =>
    /^[a-z0-9][-a-z0-9_]*$/.test(name) && !name.startsWith('tenant-')
      ? undefined
      : `${name} can't be its name: it has lower-case letters, digits, dashes and underscores, and does not begin with tenant-, which is what the portal may write`,
  )
    .default(TEMPLATED_POLICY)
    .describe('Name of that one policy'),
  authAccessor: optionalText(
    'Accessor of the Kubernetes auth mount, as it stands in that policy',
  ),
  login: login
    .prefault({})
    .describe('How the portal logs in: one of approle, kubernetes, tokenFile'),
}).transform(
  (
    { policies: kind, templatedPolicy, authAccessor, caFile, ...rest },
    context,
  ) => {
    if (kind === 'templated' && !/^[-\w]+$/.test(authAccessor ?? '')) {
      refuseAt(
        context,
        ['authAccessor'],
        'policies templated needs the accessor of the Kubernetes auth mount, such as auth_kubernetes_1a2b3c4d (vault auth list shows it)',
      );
    }
    let { caData } = rest;
    if (caFile && !caData) {
      try {
        caData = readFileSync(caFile, 'utf8');
      } catch (error) {
        refuseAt(
          context,
          ['caFile'],
          `${caFile} can't be read (${(error as any).code})`,
        );
      }
    }
    return {
      ...rest,
      caData,
      inClusterAddress: rest.inClusterAddress ?? rest.address,
      /**
       * Whether the portal writes a policy for each tenant, or an administrator
       * has written one, fixed and templated, for all of them
       */
      policies:
        kind === 'templated'
          ? { kind, name: templatedPolicy, accessor: authAccessor ?? '' }
          : { kind },
    };
  },
);

export const trustedSubjects = z
  .array(
    section({
      kind: z.enum(['User', 'Group', 'ServiceAccount']),
      name: z.string().describe('`*` is every ServiceAccount of the namespace'),
      namespace: optionalText('Of a ServiceAccount'),
    }).superRefine(({ kind, name, namespace }, context) => {
      if ((kind === 'ServiceAccount') !== (namespace !== undefined)) {
        context.addIssue(
          `a ServiceAccount has a namespace, and nothing else has: ${kind} ${name}`,
        );
      }
      if (name === '*' && kind !== 'ServiceAccount') {
        context.addIssue(
          `${kind} * would trust everybody: name those that are trusted`,
        );
      }
    }),
  )
  .default([])
  .describe(
    "Who may do in tenants' namespaces what nobody else may, such as read Secrets or run pods: operators and administrators. The control plane's own controllers, the portal and External Secrets are known",
  );

export const exceptions = z
  .array(section({ kind: z.string(), name: z.string(), digest: z.string() }))
  .default([])
  .describe(
    "The platform's own policies, stores, ExternalSecrets and ways into n8n, in tenants' namespaces or for all of them, as they were reviewed. A receipt that holds one against a tenant has its digest; a changed one is found again",
  );
