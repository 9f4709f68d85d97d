import { HumanDuration } from '@backstage/types';

export interface Config {
  /** Tenants: where they live, what they get, how they are proved */
  tenants?: {
    /** Clusters that tenants may be created in */
    clusters?: Array<{
      /**
       * Unique name, as in a tenant's spec
       * @visibility backend
       */
      name: string;
      /**
       * Name for people. Default the name
       * @visibility backend
       */
      title?: string;
      /** The cluster's API: a kubeconfig, in-cluster, or url with caData and token */
      kubernetes?: {
        /**
         * Path of a kubeconfig file; read when it is first needed
         * @visibility backend
         */
        kubeconfig?: string;
        /**
         * Context of the kubeconfig. Default its current one
         * @visibility backend
         */
        context?: string;
        /**
         * Use the ServiceAccount of the pod that the portal runs in
         * @visibility backend
         */
        inCluster?: boolean;
        /**
         * URL of the API server, https
         * @visibility backend
         */
        url?: string;
        /**
         * CA of the API server, PEM in base64
         * @visibility backend
         */
        caData?: string;
        /**
         * Token of the portal's ServiceAccount
         * @visibility secret
         */
        token?: string;
      };
      /** The Vault that the cluster's tenants keep their secrets in */
      vault: {
        /**
         * URL as the portal sees it
         * @visibility backend
         */
        address: string;
        /**
         * URL as pods see it. Default the address
         * @visibility backend
         */
        inClusterAddress?: string;
        /**
         * CA of Vault, PEM
         * @visibility backend
         */
        caData?: string;
        /**
         * Vault Enterprise namespace
         * @visibility backend
         */
        namespace?: string;
        /**
         * KV v2 mount, without slashes. Default secret
         * @visibility backend
         */
        kvMount?: string;
        /**
         * Mount of the Kubernetes auth method, without slashes. Default kubernetes
         * @visibility backend
         */
        authMount?: string;
        /**
         * Mounts of other auth methods that an administrator has seen to take no
         * tenant's ServiceAccounts: of such as take anybody's signed tokens, which
         * leave the secret wall unproven otherwise
         * @visibility backend
         */
        reviewedAuthMounts?: string[];
        /**
         * perTenant: the portal writes a policy for each tenant. templated: an
         * administrator has installed one for all, under deploy/vault. Default
         * perTenant
         * @visibility backend
         */
        policies?: 'perTenant' | 'templated';
        /**
         * Name of that one policy. Default threewalls-tenant
         * @visibility backend
         */
        templatedPolicy?: string;
        /**
         * Accessor of the Kubernetes auth mount, as it stands in that policy
         * @visibility backend
         */
        authAccessor?: string;
        /** How the portal logs in: one of approle, kubernetes, tokenFile */
        login: {
          approle?: {
            /**
             * Default approle
             * @visibility backend
             */
            mount?: string;
            /**
             * File with the role id
             * @visibility backend
             */
            roleIdFile: string;
            /**
             * File with the secret id
             * @visibility backend
             */
            secretIdFile: string;
          };
          kubernetes?: {
            /**
             * Default kubernetes
             * @visibility backend
             */
            mount?: string;
            /**
             * Vault role of the portal
             * @visibility backend
             */
            role: string;
            /**
             * File with the ServiceAccount's token. Default /var/run/secrets/tokens/vault
             * @visibility backend
             */
            tokenFile?: string;
          };
          /**
           * File with a token that somebody else renews
           * @visibility backend
           */
          tokenFile?: string;
        };
      };
      network?: {
        /**
         * Ranges that no tenant may be allowed to reach: pods, services, nodes
         * @visibility backend
         */
        reservedCidrs?: string[];
        /**
         * Parts of private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16,
         * 100.64.0.0/10) that a tenant may be allowed to reach all the same
         * @visibility backend
         */
        reachableCidrs?: string[];
        /**
         * Domain of the cluster's own names. Default cluster.local
         * @visibility backend
         */
        clusterDomain?: string;
      };
      /**
       * Who may do in tenants' namespaces what nobody else may, such as read Secrets
       * or run pods: operators and administrators of this cluster. The control plane's
       * own controllers, the portal and External Secrets are known
       */
      trustedSubjects?: Array<{
        /** @visibility backend */
        kind: 'User' | 'Group' | 'ServiceAccount';
        /**
         * `*` is every ServiceAccount of the namespace
         * @visibility backend
         */
        name: string;
        /**
         * Of a ServiceAccount
         * @visibility backend
         */
        namespace?: string;
      }>;
      /**
       * The platform's own policies, stores and ExternalSecrets in tenants'
       * namespaces or for all of them, as they were reviewed. A receipt that
       * holds one against a tenant has its digest; a changed one is found again
       */
      exceptions?: Array<{
        /** @visibility backend */
        kind: string;
        /** @visibility backend */
        name: string;
        /** @visibility backend */
        digest: string;
      }>;
    }>;

    /**
     * Who may do in tenants' namespaces what nobody else may, such as read Secrets
     * or run pods: operators and administrators of every cluster. The control plane's
     * own controllers, the portal and External Secrets are known
     */
    trustedSubjects?: Array<{
      /** @visibility backend */
      kind: 'User' | 'Group' | 'ServiceAccount';
      /**
       * `*` is every ServiceAccount of the namespace
       * @visibility backend
       */
      name: string;
      /**
       * Of a ServiceAccount
       * @visibility backend
       */
      namespace?: string;
    }>;

    naming?: {
      /**
       * Prefix of tenants' namespaces. Default web-tenant-
       * @visibility backend
       */
      namespacePrefix?: string;
      /**
       * Prefix of tenants' paths in Vault. Default the namespace prefix
       * @visibility backend
       */
      kvPrefix?: string;
    };

    /**
     * What a tenant of each size may use, over the defaults of small, medium and
     * large; what another size leaves out is as in small
     */
    sizes?: {
      [name: string]: {
        /**
         * Name for people
         * @visibility backend
         */
        title?: string;
        /**
         * Totals of a namespace
         * @visibility backend
         */
        quota?: {
          requestsCpu?: string | number;
          requestsMemory?: string;
          limitsCpu?: string | number;
          limitsMemory?: string;
          pods?: number;
        };
        /**
         * Totals of volumes
         * @visibility backend
         */
        objects?: { storage?: string; volumeClaims?: number };
        /**
         * Bounds and defaults of one container
         * @visibility backend
         */
        container?: {
          default?: { cpu?: string | number; memory?: string };
          defaultRequest?: { cpu?: string | number; memory?: string };
          max?: { cpu?: string | number; memory?: string };
          ephemeralStorage?: { default?: string; max?: string };
        };
        /**
         * Resources of n8n itself
         * @visibility backend
         */
        n8n?: {
          requests?: { cpu?: string | number; memory?: string };
          limits?: { cpu?: string | number; memory?: string };
          storage?: string;
        };
      };
    };

    /**
     * Whether the quotas of all tenants of a cluster together may ask for more
     * CPU and memory than its nodes have. Default false
     * @visibility backend
     */
    overcommit?: boolean;

    n8n?: {
      /**
       * Image of n8n, with a tag or digest
       * @visibility backend
       */
      image?: string;
      /**
       * Default IfNotPresent
       * @visibility backend
       */
      imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
      /**
       * StorageClass of n8n's volume. Default the cluster's default
       * @visibility backend
       */
      storageClass?: string;
      /**
       * Types of nodes that no workflow may use. Default those that run code or
       * commands in n8n's own process, beside the key of all credentials:
       * executeCommand, localFileTrigger, function and functionItem of
       * n8n-nodes-base, and code of @n8n/n8n-nodes-langchain
       * @visibility backend
       */
      excludedNodes?: string[];
      /**
       * Keep expressions and Code nodes from n8n's environment, which holds its
       * encryption key. Default true
       * @visibility backend
       */
      blockEnvAccess?: boolean;
      /**
       * Let owners install packages of nodes from npm: code of anybody, in n8n's
       * own process. Default false
       * @visibility backend
       */
      communityPackages?: boolean;
      /**
       * RuntimeClass of a sandbox, such as gvisor, for n8n and the proof pods
       * @visibility backend
       */
      runtimeClassName?: string;
      /**
       * Overhead of that RuntimeClass, if it has any: the quota of the proof pod
       * has to hold it too
       * @visibility backend
       */
      runtimeOverhead?: { cpu?: string | number; memory?: string };
      /**
       * Labels of the nodes that n8n and the proof pods run on; `{{ name }}` in a
       * value is the tenant's name
       * @visibility backend
       */
      nodeSelector?: { [label: string]: string };
      /**
       * Taints of nodes that n8n and the proof pods tolerate; `{{ name }}` in a
       * value is the tenant's name
       * @visibility backend
       */
      tolerations?: Array<{
        key?: string;
        operator?: 'Equal' | 'Exists';
        value?: string;
        effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
        tolerationSeconds?: number;
      }>;
      /**
       * Reach n8n by an Ingress; or by `gateway`. Needs network.ingressNamespace
       */
      ingress?: {
        /**
         * IngressClass. Default the cluster's default
         * @visibility backend
         */
        className?: string;
        /**
         * Such as `{{ name }}.n8n.example.com`
         * @visibility backend
         */
        host: string;
        /**
         * Secret in the tenant's namespace with the certificate, such as
         * cert-manager makes it; `{{ name }}` may be in it
         * @visibility backend
         */
        tlsSecretName?: string;
        /**
         * What a browser uses. Default https with a tlsSecretName, else http
         * @visibility backend
         */
        scheme?: 'http' | 'https';
        /**
         * Annotations of the Ingress; `{{ name }}` may be in them
         * @visibility backend
         */
        annotations?: { [key: string]: string };
      };
      /**
       * Reach n8n by an HTTPRoute of the Gateway API; or by `ingress`. Needs
       * network.ingressNamespace
       */
      gateway?: {
        /**
         * The Gateway
         * @visibility backend
         */
        name: string;
        /**
         * Its namespace
         * @visibility backend
         */
        namespace: string;
        /**
         * Its listener. Default each that takes the host
         * @visibility backend
         */
        sectionName?: string;
        /**
         * Such as `{{ name }}.n8n.example.com`
         * @visibility backend
         */
        host: string;
        /**
         * What a browser uses. Default https
         * @visibility backend
         */
        scheme?: 'http' | 'https';
      };
    };

    network?: {
      /**
       * Which policies are written. Default kubernetes
       * @visibility backend
       */
      provider?: 'kubernetes' | 'cilium';
      /**
       * What a denied connect ends in. Default drop
       * @visibility backend
       */
      denial?: 'drop' | 'reject';
      /**
       * Namespace of an ingress controller or gateway that may reach n8n
       * @visibility backend
       */
      ingressNamespace?: string;
    };

    /**
     * Names of containers that the cluster adds to every pod, such as a service
     * mesh's proxy. Any other container beside n8n is a breach
     * @visibility backend
     */
    injectedContainers?: string[];

    catalog?: {
      /**
       * Namespaces that Threewalls did not make, as entities without walls. Left
       * out, there are none
       */
      unmanaged?: {
        /**
         * Label selector of Kubernetes, such as `app.kubernetes.io/name=n8n`
         * @visibility backend
         */
        labelSelector: string;
        /**
         * Entity ref of who owns those without the annotation
         * `threewalls.io/owner`. Default unknown
         * @visibility backend
         */
        owner?: string;
      };
    };

    notifications?: {
      /**
       * Entity refs of users and groups that are notified of every tenant beside
       * its owner, such as `group:default/platform-team`
       * @visibility backend
       */
      recipients?: string[];
    };

    owners?: {
      /**
       * Kubernetes group of an owner; `{{ name }}` is the entity's name, which
       * is the default
       * @visibility backend
       */
      kubernetesGroup?: string;
      /**
       * Kubernetes user of an owner that is a user, in the same way
       * @visibility backend
       */
      kubernetesUser?: string;
    };

    /** ServiceAccounts that a tenant's namespace is bound to */
    accounts?: {
      /**
       * The portal's own. Default threewalls-portal in threewalls-system
       * @visibility backend
       */
      portal?: { namespace?: string; name?: string };
      /**
       * Of External Secrets. Default external-secrets in external-secrets
       * @visibility backend
       */
      externalSecrets?: { namespace?: string; name?: string };
    };

    proofs?: {
      /**
       * Time between two proofs of a tenant, at the least. Default 5 minutes
       * @visibility backend
       */
      interval?: HumanDuration | string;
      /**
       * Age of a proof after which no wall holds by it. Default three intervals
       * @visibility backend
       */
      maxAge?: HumanDuration | string;
      /**
       * Time between two looks at tenants' policies and roles in Vault, which tells
       * nobody of a change as the API server does. Default 15 seconds
       * @visibility backend
       */
      vaultInterval?: HumanDuration | string;
      /**
       * Time between two drills of each cluster: the portal breaks the walls of a
       * pair of its own, and its proofs have to find it. After two intervals
       * without, no wall of the cluster holds. Default 1 day
       * @visibility backend
       */
      drillInterval?: HumanDuration | string;
      /**
       * Rounds at once over all replicas; a round proves one tenant or two
       * together. Default 4
       * @visibility backend
       */
      concurrency?: number;
      /**
       * Image of the proof pod. Default n8n's
       * @visibility backend
       */
      image?: string;
      /**
       * Time after which a connect counts as dropped. Default 3 seconds
       * @visibility backend
       */
      connectTimeout?: HumanDuration | string;
      /**
       * Time that a fresh policy may take to bite. Default 10 seconds
       * @visibility backend
       */
      settle?: HumanDuration | string;
      /**
       * Time that a proof may take in all. Default 60 seconds
       * @visibility backend
       */
      deadline?: HumanDuration | string;
      /**
       * What the network wall's barriers outside the cluster dial, as IPv4
       * address and port. Name such as answer from your nodes: what the canary
       * can't reach is not counted. The defaults are addresses that are reserved
       * for documentation, where nothing answers, and the metadata service of
       * clouds
       */
      targets?: {
        /**
         * Addresses of the internet; the first that a tenant is not allowed is
         * dialled
         * @visibility backend
         */
        internet?: string[];
        /**
         * A resolver that is not the cluster's
         * @visibility backend
         */
        dns?: string;
        /**
         * Names outside of the cluster that its resolver knows; the first that a
         * tenant is not allowed is looked up. Default example.com, example.org
         * @visibility backend
         */
        names?: string[];
        /**
         * The metadata service. Default 169.254.169.254:80
         * @visibility backend
         */
        metadata?: string;
      };
      retention?: {
        /**
         * Days that a proof is kept. Default 30
         * @visibility backend
         */
        days?: number;
        /**
         * Proofs that are kept of each tenant. Default 2000
         * @visibility backend
         */
        count?: number;
      };
    };
  };
}
