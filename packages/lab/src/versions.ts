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
export const GO_PARTS = (
  [
    ['Kubernetes', 'k8s.io/kubernetes', 'kubernetes'],
    ['etcd', 'go.etcd.io/etcd/server/v3', 'etcd'],
    ['CoreDNS', 'github.com/coredns/coredns', 'coredns'],
    ['Vault', 'github.com/hashicorp/vault', 'vault'],
    [
      'External Secrets',
      'github.com/external-secrets/external-secrets',
      'externalSecrets',
    ],
    ['Cilium', 'github.com/cilium/cilium', 'cilium'],
    ['Helm', 'helm.sh/helm/v4', 'helm'],
  ] as const
).map(([name, module, part]) => ({ name, module, version: VERSIONS[part] }));

export const IMAGES = {
  agnhost: `threewalls.local/agnhost:${VERSIONS.kubernetes}`,
  coredns: `threewalls.local/coredns:${VERSIONS.coredns}`,
  vault: `threewalls.local/vault:${VERSIONS.vault}`,
  externalSecrets: `threewalls.local/external-secrets:${VERSIONS.externalSecrets}`,
  n8n: `threewalls.local/n8n:${VERSIONS.n8n}`,
} as const;

/**
 * The same parts as a cluster without the lab gets them (`npm start -- --install`).
 * A digest is here only where it is on public record; docs/environments.md says of
 * each how far it was tried.
 */
export const PUBLIC_IMAGES: Record<
  'vault' | 'externalSecrets' | 'n8n',
  string
> = {
  vault:
    'docker.io/hashicorp/vault:1.21.4@sha256:4e33b126a59c0c333b76fb4e894722462659a6bec7c48c9ee8cea56fccfd2569',
  externalSecrets: 'ghcr.io/external-secrets/external-secrets:v0.20.4',
  // Of 2.41.1, which the lab has, no digest is on record.
  n8n: 'docker.io/n8nio/n8n:2.41.6@sha256:87e0bab2c93192e8dd885ff7b0697c22a1bd97489568a8c67cc140fd7dbb342d',
};

/** External Secrets' resource definitions; the digest is of the file in its Go module. */
export const PUBLIC_CRDS = {
  url: 'https://raw.githubusercontent.com/external-secrets/external-secrets/v0.20.4/deploy/crds/bundle.yaml',
  sha256: 'db2c51e928f25dd9b43f583e61b3deeba3fbdfa6286768b8c92aef94f862b4e3',
} as const;
