import { RequestView, VaultView } from '../../clients';
import { KindRef } from '../../clients/clusterView';
import { KubernetesObject } from '../../plan/types';
import { Attempt, Finding, Round, Side } from '../types';
import { testCluster } from './side';

/** A round in which no pod answers, with clients that are what a test makes them. */
export function testRound(
  side: Side,
  clients: { kubernetes?: object; vault?: object } = {},
): Round {
  const cluster = testCluster(side.cluster.config, clients);
  return {
    cluster,
    view: new RequestView(cluster.kubernetes),
    vault: new VaultView(cluster.vault),
    signal: new AbortController().signal,
    answer: async () => undefined,
    made: async () => undefined,
    pod: async () => undefined,
    node: () => undefined,
  };
}

/** Makes an attempt, with clients that are what a test makes them. */
export function runAttempt(
  side: Side,
  attempt: Attempt,
  clients: { kubernetes?: object; vault?: object },
): Promise<Finding> {
  return attempt.run(testRound(side, clients));
}

/** Kinds that are of no namespace. */
const CLUSTER_WIDE = /^Cluster|Clusterwide|^Namespace$/;

/** An object called `other`, in acme's namespace, unless it says otherwise. */
export function object(
  apiVersion: string,
  kind: string,
  spec: object = {},
  metadata: object = {},
): KubernetesObject {
  const place = CLUSTER_WIDE.test(kind) ? {} : { namespace: 'web-tenant-acme' };
  return {
    apiVersion,
    kind,
    metadata: { name: 'other', ...place, ...metadata },
    spec,
  };
}

/** acme's namespace. */
export const HOME = object('v1', 'Namespace', undefined, {
  name: 'web-tenant-acme',
  labels: { team: 'acme' },
});

/**
 * A cluster that has these objects, and serves their kinds and some more.
 *
 * @param refused - A kind or a path that can't be read
 */
export function holding(
  objects: KubernetesObject[],
  refused?: string,
  served: [apiVersion: string, kind: string][] = [],
) {
  const groups = new Map<string, Set<string>>();
  const all = [...served, ...objects.map(o => [o.apiVersion, o.kind] as const)];
  for (const [apiVersion, kind] of all) {
    groups.set(apiVersion, (groups.get(apiVersion) ?? new Set()).add(kind));
  }
  const items = [...groups].map(([apiVersion, kinds]) => {
    const [name, version] = apiVersion.split('/');
    const resources = [...kinds].map(kind => ({
      resource: `${kind.toLowerCase()}s`,
      responseKind: { kind },
      scope: CLUSTER_WIDE.test(kind) ? 'Cluster' : 'Namespaced',
    }));
    return { metadata: { name }, versions: [{ version, resources }] };
  });
  const refuse = (what: string) => {
    if (what === refused) {
      throw new Error(`${what} is forbidden`);
    }
  };
  return {
    kubernetes: {
      expect: async ({ path }: { path: string }) => {
        refuse(path);
        return { kind: 'APIGroupDiscoveryList', items };
      },
      list: async ({
        apiVersion,
        kind,
        namespace,
      }: KindRef & { namespace?: string }) => {
        refuse(kind);
        return {
          items: objects.filter(
            one =>
              one.apiVersion === apiVersion &&
              one.kind === kind &&
              (!namespace ||
                [namespace, undefined].includes(one.metadata.namespace)),
          ),
        };
      },
    },
  };
}
