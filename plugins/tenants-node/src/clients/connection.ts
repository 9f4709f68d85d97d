import { createSecureContext } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';
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
  headers: Record<string, string>;
  agent: Agent;
}

/** Who the portal is in a cluster, as config says. */
export function loadKubeConfig(cluster: ClusterProfile): KubeConfig {
  const { kubeconfig, context, inCluster, url, caData, token } =
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
      { name: cluster.name, server: url, caData, skipTLSVerify: false },
      { name: 'portal', token },
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

/** A pool of kept-alive connections to the cluster of a kubeconfig's current context. */
export async function connect(config: KubeConfig): Promise<Connection> {
  const server = config.getCurrentCluster()?.server;
  if (!server) {
    throw new Error('the kubeconfig names no cluster for its current context');
  }
  const options: Record<string, any> = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  // Once, not for each connection.
  const secureContext = createSecureContext({ ca, cert, key });
  return {
    server: new URL(server).origin,
    headers: { ...options.headers },
    agent: new Agent({
      connections: CONNECTIONS,
      keepAliveTimeout: IDLE_MS,
      connect: { secureContext, servername, rejectUnauthorized },
    }),
  };
}
