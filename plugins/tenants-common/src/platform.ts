/**
 * What a tenant of one size may use, as a person reads it: Kubernetes'
 * quantities.
 *
 * @public
 */
export interface SizeInfo {
  /** Name under `tenants.sizes` */
  name: string;
  title: string;
  cpu: { requests: string; limits: string };
  memory: { requests: string; limits: string };
  pods: number;
  /** Of all volume claims together */
  storage: string;
}

/**
 * What a portal offers: what a form needs to know of its config.
 *
 * @public
 */
export interface PlatformInfo {
  clusters: Array<{
    name: string;
    title: string;
    /** From the smallest to the largest */
    sizes: SizeInfo[];
    /** Hosts in a tenant's egress need `cilium` */
    networkProvider: 'kubernetes' | 'cilium';
  }>;
  /** Namespace of a tenant is this and its name */
  namespacePrefix: string;
}
