/** What the lab is made of. The Go modules' versions are pinned in go/. */
export const VERSIONS = {
  kubernetes: '1.37.2',
  etcd: '3.7.3',
  coredns: '1.15.0',
  vault: '1.21.4',
  externalSecrets: '0.20.4',
  cilium: '1.20.2',
  n8n: '2.41.1',
  helm: '4.3.1',
} as const;

/** The Go modules of those, by the name that a reader knows. */
export const GO_PARTS: { name: string; module: string; version: string }[] = [
  {
    name: 'Kubernetes',
    module: 'k8s.io/kubernetes',
    version: VERSIONS.kubernetes,
  },
  {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    version: VERSIONS.etcd,
  },
  {
    name: 'CoreDNS',
    module: 'github.com/coredns/coredns',
    version: VERSIONS.coredns,
  },
  {
    name: 'Vault',
    module: 'github.com/hashicorp/vault',
    version: VERSIONS.vault,
  },
  {
    name: 'External Secrets',
    module: 'github.com/external-secrets/external-secrets',
    version: VERSIONS.externalSecrets,
  },
  {
    name: 'Cilium',
    module: 'github.com/cilium/cilium',
    version: VERSIONS.cilium,
  },
  { name: 'Helm', module: 'helm.sh/helm/v4', version: VERSIONS.helm },
];

export const IMAGES = {
  agnhost: `threewalls.local/agnhost:${VERSIONS.kubernetes}`,
  coredns: `threewalls.local/coredns:${VERSIONS.coredns}`,
  vault: `threewalls.local/vault:${VERSIONS.vault}`,
  externalSecrets: `threewalls.local/external-secrets:${VERSIONS.externalSecrets}`,
  n8n: `threewalls.local/n8n:${VERSIONS.n8n}`,
} as const;
