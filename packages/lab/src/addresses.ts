// All of the lab's addresses are from 198.18.0.0/15, which RFC 2544 sets aside
// for tests: they collide with no network of the one who runs it.

export const NETNS = 'threewalls';
export const HOST_LINK = 'tw-lab0';
export const NODE_NAME = 'threewalls';

export const HOST_IP = '198.18.0.1';
export const NODE_IP = '198.18.0.2';
export const POD_CIDR = '198.18.128.0/17';
export const SERVICE_CIDR = '198.19.0.0/16';
export const API_SERVICE_IP = '198.19.0.1';
export const DNS_SERVICE_IP = '198.19.0.10';

export const API_PORT = 6443;
export const API_SERVER = `https://${NODE_IP}:${API_PORT}`;

/** Vault as this machine reaches it: a port of the node. */
export const VAULT_ADDR = `http://${NODE_IP}:30820`;
/** Vault as pods reach it. */
export const VAULT_IN_CLUSTER =
  'http://sys-vault.sys-vault.svc.cluster.local:8200';

/** Inside the node, what stands for the rest of the world. */
export const INTERNET_IP = '203.0.113.10';
export const FOREIGN_DNS_IP = '203.0.113.53';
export const METADATA_IP = '169.254.169.254';
