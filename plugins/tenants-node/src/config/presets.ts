import { JsonObject } from '@backstage/types';

/** Where most clusters have their resolver. */
const KUBE_DNS = { podLabels: { 'k8s-app': 'kube-dns' } };

/** Of NodeLocal DNSCache, and of Cloud DNS: the metadata server, on another port. */
const GKE = {
  network: {
    dns: { cidrs: ['169.254.20.10/32', '169.254.169.254/32'] },
    // Services, where no other range was chosen: it reads like the internet.
    reservedCidrs: ['34.118.224.0/20'],
  },
};

/** ServiceAccounts by which a cluster makes volumes, or installs its own parts. */
const accounts = (namespace: string, ...names: string[]) =>
  names.map(name => ({ kind: 'ServiceAccount', namespace, name }));
const LOCAL_PATH = 'local-path-provisioner-service-account';

/**
 * What clusters of a kind have in common, as their makers deliver them. What a
 * cluster's owner chooses, such as ranges and storage, stands in config.
 */
export const PRESETS: Record<string, JsonObject> = {
  /** VPC CNI with its network policy agent */
  eks: { network: { dns: KUBE_DNS } },
  /** CoreDNS is a part of each node, behind the first addresses of either Service range */
  'eks-auto': {
    network: {
      dns: { namespaces: [], cidrs: ['172.20.0.10/32', '10.100.0.10/32'] },
    },
  },
  /** Dataplane V2 */
  gke: GKE,
  /** Adds up what pods ask for, and runs on amd64 unless asked for arm64 */
  'gke-autopilot': { ...GKE, pods: { architecture: 'amd64' } },
  /** Azure CNI powered by Cilium, without the policies of Cilium's own; LocalDNS */
  aks: {
    network: { dns: { cidrs: ['169.254.10.10/32', '169.254.10.11/32'] } },
  },
  /** OVN-Kubernetes; users and groups are of the namespace's own range */
  openshift: {
    network: {
      dns: { namespaces: ['openshift-dns'], ports: [5353] },
      reservedCidrs: ['10.128.0.0/14', '172.30.0.0/16'],
    },
    pods: { securityContext: 'platform' },
  },
  /** Its own policy controller rejects */
  k3s: {
    network: {
      denial: 'reject',
      dns: KUBE_DNS,
      reservedCidrs: ['10.42.0.0/16', '10.43.0.0/16'],
    },
    trustedSubjects: accounts(
      'kube-system',
      LOCAL_PATH,
      'helm-traefik',
      'helm-traefik-crd',
      'traefik',
    ),
  },
  /** kindnet of 2024 or newer; minikube and Docker Desktop go by it too */
  kind: {
    network: {
      dns: KUBE_DNS,
      reservedCidrs: ['10.244.0.0/16', '10.96.0.0/16'],
    },
    trustedSubjects: [
      ...accounts('local-path-storage', LOCAL_PATH),
      ...accounts('kube-system', 'storage-provisioner'),
    ],
  },
  /** With Cilium in the place of Flannel, which enforces no policies */
  talos: {
    network: {
      provider: 'cilium',
      reservedCidrs: ['10.244.0.0/16', '10.96.0.0/12'],
    },
  },
};
