import { DEFAULT_NAMESPACE_PREFIX } from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';
import * as cluster from './cluster';
import { extraObjects } from './extraObjects';
import {
  clusterName,
  duration,
  endpoint,
  flag,
  imageName,
  labels,
  optionalText,
  port,
  rangeList,
  recipient,
  section,
  some,
  someTime,
  textList,
  texts,
} from './fields';
import { n8n } from './n8n';
import { PRESETS } from './presets';
import { proofOnly } from './proofOnly';
import { sizes } from './sizes';

export type { Exposure, N8nConfig, Toleration } from './n8n';
export type { TenantSize } from './sizes';

const network = section({
  provider: z
    .enum(['kubernetes', 'cilium'])
    .default('kubernetes')
    .describe('Which policies are written'),
  denial: z
    .enum(['drop', 'reject'])
    .default('drop')
    .describe('What a denied connect ends in'),
  dns: section({
    namespaces: z
      .array(z.string())
      .default(['kube-system'])
      .describe("Namespaces of the cluster's resolvers"),
    podLabels: labels
      .optional()
      .describe(
        'Labels of their pods. Default k8s-app: kube-dns with cilium, any pod of the namespaces with NetworkPolicies',
      ),
    ports: z
      .array(port)
      .default([53])
      .describe(
        "Ports that their pods listen on, which need not be the Service's",
      ),
    cidrs: rangeList(
      "Addresses of resolvers that are no pods: a cache on each node, a cloud's own",
    ),
  })
    .prefault({})
    .describe('Where tenants may resolve names'),
  ingress: section({
    namespaces: textList('Namespaces of ingress controllers or gateways'),
    cidrs: rangeList(
      "Addresses of load balancers that reach pods by themselves: a cloud's, or those of nodes",
    ),
  })
    .prefault({})
    .describe(
      "Who may reach n8n, on its port, from outside its tenant's namespace",
    ),
  apiServerCidrs: rangeList(
    'Addresses of the API server, which no tenant may be allowed to reach',
  ),
  reservedCidrs: rangeList(
    'Ranges that no tenant may be allowed to reach: pods, services, nodes',
  ),
  reachableCidrs: rangeList(
    'Parts of private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10) that a tenant may be allowed to reach all the same',
  ),
  harmlessApis: textList(
    "API groups whose kinds are called like network policies and let nothing through, such as a platform's own templates of policies. Of a network's own kinds that are known nothing is left out",
  ),
  clusterDomain: z
    .string()
    .default('cluster.local')
    .describe("Domain of the cluster's own names"),
});

/**
 * Addresses that are reserved for documentation (RFC 5737) and for a cloud's
 * metadata. Where nothing answers there, the checks that dial them don't count;
 * `proofs.targets` names others that do.
 */
const targets = section({
  internet: z
    .array(endpoint)
    .prefault(['203.0.113.53:443', '203.0.113.10:443'])
    .describe(
      'Addresses of the internet; the first that a tenant is not allowed is dialled',
    ),
  dns: endpoint
    .prefault('203.0.113.53:53')
    .describe("A resolver that is not the cluster's"),
  names: z
    .array(z.string())
    .default(['example.com', 'example.org'])
    .describe(
      'Names outside of the cluster that its resolver knows; the first that a tenant is not allowed is looked up',
    ),
  metadata: endpoint
    .prefault('169.254.169.254:80')
    .describe('The metadata service'),
  custom: z
    .array(
      section({
        name: z
          .string()
          .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, {
            error: ({ input }) => `${input} is not a name, such as billing-db`,
          })
          .describe('Unique name; the check is `net.custom.NAME`'),
        title: optionalText('What people call it. Default the name'),
        address: endpoint,
        expect: z
          .enum(['denied', 'allowed'])
          .describe("Whether tenants' connects to it have to fail or succeed"),
      }),
    )
    .superRefine((all, context) => {
      const names = all.map(({ name }) => name);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice) {
        context.addIssue(`there are two of the name ${twice}`);
      }
    })
    .default([])
    .describe(
      "Addresses of the platform's own that each tenant is tried on. They have to be there: what can't be reached from the canary proves nothing",
    ),
}).describe(
  "What the network wall's barriers outside the cluster dial, as address and port. Name such as answer from your nodes: what the canary can't reach is not counted. The defaults are addresses that are reserved for documentation, where nothing answers, and the metadata service of clouds",
);

const account = (namespace: string, name: string) =>
  section({
    namespace: z.string().default(namespace),
    name: z.string().default(name),
  }).prefault({});

/**
 * Rounds of proofs that a cluster has at once, where config does not say how many.
 *
 * @public
 */
export const MOST_ROUNDS = 32;

const proofs = {
  image: imageName.optional().describe("Image of the proof pod. Default n8n's"),
  connectTimeout: someTime
    .prefault('2s')
    .describe(
      'Time after which a connect counts as dropped. In two seconds it is tried twice, by the kernel',
    ),
  settle: duration
    .prefault('10s')
    .describe('Time that a fresh policy may take to bite'),
  deadline: someTime
    .prefault('60s')
    .describe('Time that a proof may take in all'),
  targets: targets.prefault({}),
  concurrency: some
    .optional()
    .describe(
      `Rounds at once over all replicas; a round proves one tenant or two together. Default two for each Ready node, at least 4 and at most ${MOST_ROUNDS}`,
    ),
  annotations: texts
    .default({ 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' })
    .describe(
      'Annotations of proof pods. By default none of them keeps a node from going',
    ),
};

/** Settings of the platform's, any of which a cluster may have otherwise. */
const settings = {
  sizes: sizes
    .prefault({})
    .describe(
      'What a tenant of each size may use, over the defaults of small, medium and large; what another size leaves out is as in small',
    ),
  overcommit: flag
    .default(false)
    .describe(
      'Whether the quotas of all tenants of a cluster together may ask for more CPU and memory than its nodes have',
    ),
  n8n: n8n.prefault({}),
  network: network.prefault({}),
  heal: flag
    .default(false)
    .describe(
      "Whether a tenant's own objects are restored by themselves when others have changed them and a wall is breached by it; a tenant's spec may say otherwise",
    ),
  injectedContainers: textList(
    "Names of containers that the cluster adds to every pod, such as a service mesh's proxy. Any other container beside n8n is a breach",
  ),
  accounts: section({
    portal: account('threewalls-system', 'threewalls-portal'),
    externalSecrets: account('external-secrets', 'external-secrets'),
  })
    .prefault({})
    .describe("ServiceAccounts that a tenant's namespace is bound to"),
  trustedSubjects: cluster.trustedSubjects,
  exceptions: cluster.exceptions,
  extraObjects,
  proofs: section(proofs).prefault({}),
  pods: section({
    pullSecrets: textList(
      "Secrets in tenants' namespaces that images are pulled with",
    ),
    securityContext: z
      .enum(['fixed', 'platform'])
      .default('fixed')
      .describe(
        'fixed: pods run as user and group 1000. platform: admission sets the user and group, as with the ranges of OpenShift',
      ),
    architecture: z
      .enum(['amd64', 'arm64'])
      .optional()
      .describe('Of the nodes that pods may run on. Default any'),
  })
    .prefault({})
    .describe("n8n's pods and those of proofs"),
};

/** Keys of what the platform says for every cluster. */
export const SHARED = {
  settings: [...Object.keys(settings), 'vault'],
  proofs: Object.keys(proofs),
};

const preset = z
  .enum(Object.keys(PRESETS))
  .optional()
  .describe('Settings that such clusters have in common, under all others');

/** A cluster with the platform's settings under its own. */
export const clusterSchema = section({
  name: clusterName.describe("Unique name, as in a tenant's spec"),
  title: optionalText('Name for people. Default the name'),
  preset,
  kubernetesRef: optionalText(
    "Name of a cluster under the portal's own `kubernetes.clusterLocatorMethods`, whose url and CA are this one's too",
  ),
  kubernetes: cluster.kubernetes.prefault({}),
  vault: cluster.vault,
  proofOnly,
  ...settings,
});

/** What is the platform's alone. */
const own = {
  naming: section({
    namespacePrefix: z
      .string()
      .regex(
        /^[a-z0-9][-a-z0-9]{0,39}$/,
        ' has to be lower-case letters, digits and dashes, 40 at most',
      )
      .default(DEFAULT_NAMESPACE_PREFIX)
      .describe("Prefix of tenants' namespaces"),
    kvPrefix: z
      .string()
      .regex(
        /^([A-Za-z0-9_.-]+\/)*[A-Za-z0-9_.-]*$/,
        ' has to be the beginning of a path in Vault, such as tenants/n8n-',
      )
      .optional()
      .describe(
        "Prefix of tenants' paths in Vault. Default the namespace prefix",
      ),
  })
    .prefault({})
    .transform(({ namespacePrefix, kvPrefix = namespacePrefix }) => ({
      namespacePrefix,
      kvPrefix,
    })),
  owners: section({
    kubernetesGroup: z
      .string()
      .default('{{ name }}')
      .describe(
        "Kubernetes group of an owner; `{{ name }}` is the entity's name",
      ),
    kubernetesUser: z
      .string()
      .default('{{ name }}')
      .describe('Kubernetes user of an owner that is a user, in the same way'),
  }).prefault({}),
  notifications: section({
    recipients: z
      .array(recipient)
      .optional()
      .describe(
        'Entity refs of users and groups that are notified of every tenant beside its owner, such as `group:default/platform-team`',
      ),
  }).optional(),
  catalog: section({
    unmanaged: section({
      labelSelector: z
        .string()
        .describe(
          'Label selector of Kubernetes, such as `app.kubernetes.io/name=n8n`',
        ),
      owner: optionalText(
        'Entity ref of who owns those without the annotation `threewalls.io/owner`. Default unknown',
      ),
    })
      .optional()
      .describe(
        'Namespaces that Threewalls did not make, as entities without walls. Left out, there are none',
      ),
  }).optional(),
};

const schedule = {
  interval: someTime
    .prefault('5m')
    .describe('Time between two proofs of a tenant, at the least'),
  maxAge: someTime
    .optional()
    .describe(
      'Age of a proof after which no wall holds by it. Default three intervals',
    ),
  drillInterval: someTime
    .prefault('1d')
    .describe(
      'Time between two drills of each cluster: the portal breaks the walls of a pair of its own, and its proofs have to find it. After two intervals without, no wall of the cluster holds',
    ),
  vaultInterval: someTime
    .prefault('15s')
    .describe(
      "Time between two looks at tenants' policies and roles: Vault has no watch, so they are read at this interval",
    ),
  retention: section({
    days: some.default(30).describe('Days that a proof is kept'),
    count: some.default(2000).describe('Proofs that are kept of each tenant'),
  }).prefault({}),
};

/** Config under `tenants`, but for what a cluster says of itself. */
export const platformSchema = section({
  ...own,
  preset,
  ...settings,
  proofs: section({ ...schedule, ...proofs }).prefault({}),
  vault: z.unknown().optional(),
  clusters: z.array(z.unknown(), { error: ' has to be a list' }).default([]),
});

/** All of config, as it is published for editors and `config:check`. */
export const configSchema = z.object({
  tenants: platformSchema
    .extend({
      vault: cluster.vault.optional(),
      clusters: z
        .array(clusterSchema)
        .optional()
        .describe(
          'Clusters that tenants may be created in. Each may have any of the settings beside it otherwise',
        ),
    })
    .optional()
    .describe('Tenants: where they live, what they get, how they are proved'),
});

export type ReadCluster = z.output<typeof clusterSchema>;
export type ReadPlatform = z.output<typeof platformSchema>;

/**
 * A host, or an address, and a port.
 *
 * @public
 */
export type Endpoint = z.output<typeof endpoint>;

/**
 * Addresses outside the cluster that no tenant has to reach.
 *
 * @public
 */
export type Outside = z.output<typeof targets>;

/**
 * A Kubernetes user, group or ServiceAccount.
 *
 * @public
 */
export type TrustedSubject = ReadCluster['trustedSubjects'][number];

/**
 * An object of the platform's own that is let be in tenants' namespaces, as an
 * administrator has seen it.
 *
 * @public
 */
export type ObjectException = ReadCluster['exceptions'][number];

/**
 * A tenant whose namespace is somebody else's, as config declares it.
 *
 * @public
 */
export type ProofOnlyTenant = ReadCluster['proofOnly'][number];

/**
 * A Kubernetes cluster, the Vault that its tenants use, and everything about its
 * tenants that is not one tenant's: the platform's settings with the cluster's own
 * over them, and every default filled in.
 *
 * @public
 */
export type ClusterProfile = Omit<ReadCluster, 'title' | 'proofs'> &
  Pick<Platform, 'naming' | 'owners'> & {
    title: string;
    proofs: {
      /** Image of the proof pod */
      image: string;
      /** Milliseconds after which a connect counts as dropped */
      connectTimeoutMs: number;
      /** Milliseconds a fresh policy may take to bite */
      settleMs: number;
      /** Milliseconds a proof may take in all */
      deadlineMs: number;
      /** What the network wall's barriers outside the cluster dial */
      outside: Outside;
      /** Annotations of the proof pod */
      annotations: Record<string, string>;
      /** Rounds at once; absent where that goes by the cluster's nodes */
      concurrency?: number;
    };
  };

/**
 * A portal's clusters, and what is the same for all of them.
 *
 * @public
 */
export interface Platform extends Pick<ReadPlatform, 'naming' | 'owners'> {
  clusters: ClusterProfile[];
  proofs: {
    /** Milliseconds between two proofs of a tenant; a floor */
    intervalMs: number;
    /** Milliseconds after which a proof is too old for a wall to hold */
    maxAgeMs: number;
    /** Milliseconds between two looks at what Vault has, which has no watch */
    vaultIntervalMs: number;
    /** Milliseconds between two drills of a cluster, which prove the prover */
    drillIntervalMs: number;
    /** Days and number of proofs kept for each tenant */
    retention: { days: number; count: number };
  };
}
