/** What the lab is made of. The Go modules' versions are pinned in go/. */
export const VERSIONS = {
  kubernetes: '1.36.3',
  etcd: '3.6.13',
  coredns: '1.13.1',
  vault: '1.19.0',
  externalSecrets: '0.20.4',
  cilium: '1.18.4',
  n8n: '2.35.7',
} as const;

export const IMAGES = {
  agnhost: `threewalls.local/agnhost:${VERSIONS.kubernetes}`,
  coredns: `threewalls.local/coredns:${VERSIONS.coredns}`,
  vault: `threewalls.local/vault:${VERSIONS.vault}`,
  externalSecrets: `threewalls.local/external-secrets:${VERSIONS.externalSecrets}`,
  n8n: `threewalls.local/n8n:${VERSIONS.n8n}`,
} as const;
