/**
 * A host, or an address, and a port.
 *
 * @public
 */
export interface Endpoint {
  host: string;
  port: number;
}

/**
 * Addresses outside the cluster that no tenant has to reach.
 *
 * @public
 */
export interface Outside {
  /** Candidates for "the internet"; the first that the tenant isn't allowed is dialled */
  internet: Endpoint[];
  /** A resolver that is not the cluster's */
  dns: Endpoint;
  /** Names outside of the cluster; the first that the tenant isn't allowed is looked up */
  names: string[];
  metadata: Endpoint;
}

/** Resources of one container, in Kubernetes' quantities. */
export interface ContainerResources {
  requests: { cpu: string; memory: string };
  limits: { cpu: string; memory: string };
}

/**
 * What a tenant of one size may use.
 *
 * @public
 */
export interface TenantSize {
  title: string;
  /** Total of a namespace, `tenant-quota` */
  quota: {
    requestsCpu: string;
    requestsMemory: string;
    limitsCpu: string;
    limitsMemory: string;
    pods: number;
  };
  /** Total of objects, `tenant-objects` */
  objects: { storage: string; volumeClaims: number };
  /** Bounds and defaults of one container, `tenant-limits` */
  container: {
    default: { cpu: string; memory: string };
    defaultRequest: { cpu: string; memory: string };
    max: { cpu: string; memory: string };
    /** Ephemeral storage of one container: its default, and its maximum */
    ephemeralStorage: { default: string; max: string };
  };
  /** n8n itself */
  n8n: ContainerResources & { storage: string };
}

/**
 * A Kubernetes user, group or ServiceAccount.
 *
 * @public
 */
export interface TrustedSubject {
  kind: 'User' | 'Group' | 'ServiceAccount';
  /** `*` is every ServiceAccount of the namespace */
  name: string;
  /** Of a ServiceAccount */
  namespace?: string;
}

/**
 * An object of the platform's own that is let be in tenants' namespaces, as an
 * administrator has seen it.
 *
 * @public
 */
export interface ObjectException {
  kind: string;
  name: string;
  /** Of what it says; a receipt that is wrong about it has it */
  digest: string;
}

/**
 * A Kubernetes cluster and the Vault that its tenants use.
 *
 * @public
 */
export interface ClusterConfig {
  name: string;
  title: string;
  kubernetes: {
    /** Path of a kubeconfig file; read when it is first needed */
    kubeconfig?: string;
    context?: string;
    /** Use the ServiceAccount of the pod that the portal runs in */
    inCluster?: boolean;
    url?: string;
    caData?: string;
    token?: string;
  };
  vault: {
    /** URL as the portal sees it */
    address: string;
    /** URL as pods see it */
    inClusterAddress: string;
    caData?: string;
    /** Vault Enterprise namespace */
    namespace?: string;
    /** KV v2 mount, without slashes */
    kvMount: string;
    /** Mount of the Kubernetes auth method, without slashes */
    authMount: string;
    /** Other auth methods that an administrator has seen to take no tenant's accounts */
    reviewedAuthMounts: string[];
    /**
     * Whether the portal writes a policy for each tenant, or an administrator
     * has written one, fixed and templated, for all of them
     */
    policies:
      | { kind: 'perTenant' }
      | {
          kind: 'templated';
          /** Name of the fixed policy */
          name: string;
          /** Accessor of the Kubernetes auth mount, which stands in its text */
          accessor: string;
        };
    login: {
      approle?: { mount: string; roleIdFile: string; secretIdFile: string };
      kubernetes?: { mount: string; role: string; tokenFile: string };
      tokenFile?: string;
    };
  };
  network: {
    /** Ranges that no tenant may be allowed to reach: pods, services, nodes */
    reservedCidrs: string[];
    /** Parts of private networks that a tenant may be allowed to reach all the same */
    reachableCidrs: string[];
    /** Domain of the cluster's own names */
    clusterDomain: string;
  };
  /**
   * Who may do in tenants' namespaces what nobody else may: operators and
   * administrators of the platform. Kubernetes' own controllers are known
   */
  trustedSubjects: TrustedSubject[];
  /** Policies and stores of the platform's own, which no plan has */
  exceptions: ObjectException[];
}

/**
 * A taint of nodes that n8n puts up with.
 *
 * @public
 */
export interface Toleration {
  key?: string;
  operator?: 'Equal' | 'Exists';
  /** `{{ name }}` is the tenant's name */
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
}

/**
 * How n8n is reached from outside the cluster. In each string `{{ name }}` is
 * the tenant's name.
 *
 * @public
 */
export type Exposure = {
  /** Such as `{{ name }}.n8n.example.com` */
  host: string;
  /** What a browser writes before the host; TLS ends before n8n */
  scheme: 'http' | 'https';
} & (
  | {
      via: 'ingress';
      className?: string;
      /** Secret with the certificate, made by somebody else */
      tlsSecretName?: string;
      annotations: Record<string, string>;
    }
  | {
      via: 'gateway';
      /** The Gateway that the HTTPRoute attaches to */
      name: string;
      namespace: string;
      sectionName?: string;
    }
);

/**
 * What n8n is run from, where, and how it is reached.
 *
 * @public
 */
export interface N8nConfig {
  image: string;
  imagePullPolicy: string;
  storageClass?: string;
  /** RuntimeClass of a sandbox, such as gVisor or Kata */
  runtimeClassName?: string;
  /** What the RuntimeClass adds to each pod, in Kubernetes' quantities */
  runtimeOverhead?: { cpu: string; memory: string };
  /** Labels of the nodes it runs on; `{{ name }}` in a value is the tenant's name */
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  exposure?: Exposure;
  /** Types of nodes that no workflow may use */
  excludedNodes: string[];
  /** Whether expressions and Code nodes are kept from n8n's own environment */
  blockEnvAccess: boolean;
  /** Whether packages of nodes may be installed from npm */
  communityPackages: boolean;
}

/**
 * Everything about a portal's tenants that is not one tenant's: config, with
 * every default filled in.
 *
 * @public
 */
export interface Platform {
  clusters: ClusterConfig[];
  naming: { namespacePrefix: string; kvPrefix: string };
  sizes: Record<string, TenantSize>;
  /** Whether the quotas of all tenants together may exceed the nodes */
  overcommit: boolean;
  n8n: N8nConfig;
  network: {
    provider: 'kubernetes' | 'cilium';
    /** Which class of a failed connect counts as a denial */
    denial: 'drop' | 'reject';
    /** Namespace of an ingress controller that may reach n8n */
    ingressNamespace?: string;
  };
  /** Names of containers that the cluster adds to every pod, such as a mesh's proxy */
  injectedContainers: string[];
  owners: {
    /** Kubernetes group of an owner; `{{ name }}` is the entity's name */
    kubernetesGroup: string;
    /** Kubernetes user of an owner that is a user */
    kubernetesUser: string;
  };
  /** ServiceAccounts that a tenant's namespace is bound to */
  accounts: {
    portal: { namespace: string; name: string };
    externalSecrets: { namespace: string; name: string };
  };
  proofs: {
    /** Milliseconds between two proofs of a tenant; a floor */
    intervalMs: number;
    /** Milliseconds after which a proof is too old for a wall to hold */
    maxAgeMs: number;
    /** Milliseconds between two looks at what Vault has, which tells nobody of a change */
    vaultIntervalMs: number;
    /** Milliseconds between two drills of a cluster, which prove the prover */
    drillIntervalMs: number;
    /** Proofs at once */
    concurrency: number;
    /** Image of the proof pod; default the tenant's n8n image */
    image: string;
    /** Milliseconds after which a connect counts as dropped */
    connectTimeoutMs: number;
    /** Milliseconds a fresh policy may take to bite */
    settleMs: number;
    /** Milliseconds a proof may take in all */
    deadlineMs: number;
    /** What the network wall's barriers outside the cluster dial */
    outside: Outside;
    /** Days and number of proofs kept for each tenant */
    retention: { days: number; count: number };
  };
}
