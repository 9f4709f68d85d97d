import { z } from 'zod';
import {
  duration,
  flag,
  imageName,
  isLabelValue,
  labelKeyProblem,
  labels,
  optionalText,
  quantity,
  rangeList,
  section,
  SUBDOMAIN_NAME,
  textList,
  texts,
  textWithout,
  url,
  refuseAt,
} from './fields';

const DEFAULT_IMAGE = 'docker.io/n8nio/n8n:2.41.1';

/**
 * Nodes that run code or commands in n8n's own process, beside its encryption key:
 * the two that n8n leaves out itself, and three that it does not.
 */
const EXCLUDED_NODES = [
  'n8n-nodes-base.executeCommand',
  'n8n-nodes-base.localFileTrigger',
  'n8n-nodes-base.function',
  'n8n-nodes-base.functionItem',
  '@n8n/n8n-nodes-langchain.code',
];

const NAME = /\{\{\s*name\s*\}\}/g;
const HOST =
  /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_HOST = 253;

/** A tenant's name may be 63 characters less the prefix; a label has 63. */
const host = textWithout(template => {
  const one = template.replace(NAME, 'a');
  if (one === template) {
    return `${template} is the same for every tenant: put {{ name }} in it`;
  }
  return one.length > MAX_HOST || !HOST.test(one)
    ? `${template} is not a host name, such as {{ name }}.n8n.example.com`
    : undefined;
}).describe('Such as `{{ name }}.n8n.example.com`');

const scheme = z.enum(['http', 'https']).optional();

const ingress = section({
  className: optionalText("IngressClass. Default the cluster's default"),
  host,
  tlsSecretName: optionalText(
    "Secret in the tenant's namespace with the certificate, such as cert-manager makes it; `{{ name }}` may be in it",
  ),
  scheme: scheme.describe(
    'What a browser uses. Default https with a tlsSecretName, else http',
  ),
  annotations: texts
    .default({})
    .describe('Annotations of the Ingress; `{{ name }}` may be in them'),
}).transform(given => ({
  via: 'ingress' as const,
  ...given,
  scheme: given.scheme ?? (given.tlsSecretName ? 'https' : 'http'),
}));

const gateway = section({
  name: z.string().describe('The Gateway'),
  namespace: z.string().describe('Its namespace'),
  sectionName: optionalText('Its listener. Default each that takes the host'),
  host,
  scheme: scheme.describe('What a browser uses. Default https'),
}).transform(given => ({
  via: 'gateway' as const,
  ...given,
  scheme: given.scheme ?? 'https',
}));

/** A taint that n8n tolerates: refused here where the API server would, at the first pod. */
const toleration = section(
  {
    key: textWithout(key => labelKeyProblem(key, 'taint')).optional(),
    operator: z.enum(['Equal', 'Exists']).optional(),
    value: z
      .string({ error: notOfATaint })
      .refine(isLabelValue, { error: notOfATaint })
      .optional()
      .describe("`{{ name }}` is the tenant's name"),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
    tolerationSeconds: z.int(' has to be a whole number').optional(),
  },
  {
    noun: 'field of a toleration',
    otherwise: 'has to have key, operator, value and effect',
  },
).superRefine(
  ({ key, operator = 'Equal', value, effect, tolerationSeconds }, context) => {
    if (key === undefined && operator !== 'Exists') {
      context.addIssue('without a key its operator has to be Exists');
    }
    if (value !== undefined && operator === 'Exists') {
      context.addIssue('with operator Exists there is no value');
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      context.addIssue('tolerationSeconds goes with effect NoExecute');
    }
  },
);

function notOfATaint({ input }: { input?: unknown }): string {
  return `${input} is not the value of a taint: it has to be a string`;
}

export const n8n = section({
  image: imageName
    .default(DEFAULT_IMAGE)
    .describe('Image of n8n, with a tag or digest'),
  startupTimeout: duration
    .prefault('5m')
    .describe(
      'Time that it may take to be ready, as with the migrations of a large database. Nothing kills it, then or later',
    ),
  proxy: section({
    url: url.describe('Proxy of HTTP and HTTPS'),
    noProxy: textList(
      "Hosts and domains to reach without it, besides the cluster's own",
    ),
    cidrs: rangeList(
      "Addresses of the proxy's, which each tenant may reach then",
    ),
  })
    .optional()
    .describe('The way of n8n to the outside'),
  caBundle: section({
    configMap: z.string(),
    key: z.string().default('ca.crt'),
  })
    .optional()
    .describe(
      "ConfigMap in each tenant's namespace with CAs that n8n trusts besides its own, such as trust-manager makes it",
    ),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('IfNotPresent'),
  storageClass: optionalText(
    "StorageClass of n8n's volume. Default the cluster's default",
  ),
  excludedNodes: z
    .array(z.string())
    .default(EXCLUDED_NODES)
    .describe(
      "Types of nodes that no workflow may use. The default are those that run code or commands in n8n's own process, beside the key of all credentials",
    ),
  blockEnvAccess: flag
    .default(true)
    .describe(
      "Keep expressions and Code nodes from n8n's environment, which holds its encryption key",
    ),
  communityPackages: flag
    .default(false)
    .describe(
      "Let owners install packages of nodes from npm: code of anybody, in n8n's own process",
    ),
  runtimeClassName: textWithout(name =>
    SUBDOMAIN_NAME.test(name)
      ? undefined
      : `${name} is not the name of a RuntimeClass, such as gvisor`,
  )
    .optional()
    .describe(
      'RuntimeClass of a sandbox, such as gvisor, for n8n and the proof pods',
    ),
  runtimeOverhead: section({
    cpu: quantity.default('0'),
    memory: quantity.default('0'),
  })
    .optional()
    .describe(
      'Overhead of that RuntimeClass, if it has any: the quota of the proof pod has to hold it too',
    ),
  nodeSelector: labels
    .optional()
    .describe(
      "Labels of the nodes that n8n and the proof pods run on; `{{ name }}` in a value is the tenant's name",
    ),
  tolerations: z
    .array(toleration, { error: 'has to be a list' })
    .transform(list => (list.length > 0 ? list : undefined))
    .optional()
    .describe('Taints of nodes that n8n and the proof pods tolerate'),
  ingress: ingress
    .optional()
    .describe('Reach n8n by an Ingress; or by `gateway`'),
  gateway: gateway
    .optional()
    .describe('Reach n8n by an HTTPRoute of the Gateway API; or by `ingress`'),
}).transform(({ ingress: byIngress, gateway: byGateway, ...rest }, context) => {
  if (byIngress && byGateway) {
    context.addIssue(
      'ingress and gateway are two ways to the same n8n: set one of them',
    );
  }
  if (rest.runtimeOverhead && !rest.runtimeClassName) {
    refuseAt(context, ['runtimeOverhead'], 'goes with runtimeClassName');
  }
  return {
    ...rest,
    exposure: (byIngress ?? byGateway) as Exposure | undefined,
  };
});

/** @public */
export type N8nConfig = z.output<typeof n8n>;

/** @public */
export type Toleration = z.output<typeof toleration>;

/**
 * How n8n is reached from outside the cluster. In each string `{{ name }}` is
 * the tenant's name; `scheme` is what a browser writes before the host.
 *
 * @public
 */
export type Exposure = z.output<typeof ingress> | z.output<typeof gateway>;
