import {
  ConnectionOptions,
  createSecureContext,
  SecureContextOptions,
} from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import { ClusterProfile } from '../config/platform';

/** Connections of the pool; more requests at once wait for one. */
const CONNECTIONS = 128;
/**
 * Milliseconds an idle connection is kept: a handshake costs as much as ten
 * requests, and an API server or what stands before it closes after a minute or more.
 */
const IDLE_MS = 30_000;

/** A server, the headers that say who asks, and the pool to ask over. */
export interface Connection {
  server: string;
  /** What stands before every path, as with an API server behind Rancher; or nothing */
  basePath: string;
  headers: Record<string, string>;
  agent: Dispatcher;
}

/** Who the portal is in a cluster, as config says. */
export function loadKubeConfig(cluster: ClusterProfile): KubeConfig {
  const { kubeconfig, context, inCluster, url, caData, caFile, ...user } =
    cluster.kubernetes;
  const config = new KubeConfig();
  if (kubeconfig) {
    readKubeconfig(config, kubeconfig);
    if (context) {
      config.setCurrentContext(context);
    }
  } else if (inCluster || !url) {
    config.loadFromCluster();
  } else {
    config.loadFromClusterAndUser(
      { name: cluster.name, server: url, caData, caFile, skipTLSVerify: false },
      {
        name: 'portal',
        token: user.token,
        ...(user.tokenFile && {
          authProvider: { name: 'tokenFile', config: user },
        }),
      },
    );
  }
  return config;
}

/** @throws Error that says nothing of what is in the file: a parser quotes it, token and all */
function readKubeconfig(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(
      code === 'ENOENT'
        ? `there is no kubeconfig at ${file}`
        : `the kubeconfig at ${file} can't be read: ${
            code ?? 'it is not valid'
          }`,
    );
  }
}

/**
 * A pool of kept-alive connections to the cluster of a kubeconfig's current context,
 * by the proxy that it names, or else the environment.
 */
export async function connect(config: KubeConfig): Promise<Connection> {
  const { server, proxyUrl } = config.getCurrentCluster() ?? {};
  if (!server) {
    throw new Error('the kubeconfig names no cluster for its current context');
  }
  const options: Record<string, any> = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const { origin, pathname } = new URL(server);
  return {
    server: origin,
    basePath: pathname.replace(/\/+$/, ''),
    headers: { ...options.headers },
    agent: poolOf({ ca, cert, key, servername, rejectUnauthorized }, proxyUrl),
  };
}

/**
 * A pool of kept-alive connections, by a proxy, or by that of the environment: it
 * forwards what is not encrypted, as proxies do.
 */
export function poolOf(
  { ca, cert, key, ...tls }: SecureContextOptions & ConnectionOptions,
  proxyUrl?: string,
): Dispatcher {
  // Once, not for each connection.
  const secured = {
    secureContext: createSecureContext({ ca, cert, key }),
    ...tls,
  };
  const pool = {
    connections: CONNECTIONS,
    keepAliveTimeout: IDLE_MS,
    proxyTunnel: false,
    connect: secured,
    requestTls: secured,
  };
  return proxyUrl
    ? new ProxyAgent({ ...pool, uri: proxyUrl })
    : new EnvHttpProxyAgent(pool);
}
