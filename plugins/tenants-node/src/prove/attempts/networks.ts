import { named } from '../../clients/clusterView';
import { digestOf, isExcepted } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { Attempt, Side } from '../types';
import { asExpected, breached } from './finding';
import { listed, NAMESPACES, PODS, stateAttempt } from './reading';

const MULTUS = 'k8s.v1.cni.cncf.io/';
const OVN = 'k8s.ovn.org/';
/** What OVN-Kubernetes gives a namespace a network of its own by. */
const USER_DEFINED = `${OVN}primary-user-defined-network`;

/**
 * Networks besides the cluster's that an annotation names, or itself where it is for
 * nothing else; none of other annotations. Multus and OVN-Kubernetes write on every
 * pod what it has: the cluster's own network is `default` there.
 */
function networksIn(key: string, value: string): string[] {
  switch (key) {
    case `${MULTUS}network-status`:
    case `${MULTUS}networks-status`:
      return parsed(value, all =>
        all.filter((one: any) => !one.default).map((one: any) => one.name),
      );
    case `${OVN}pod-networks`:
      return parsed(value, all =>
        Object.keys(all).filter(name => name !== 'default'),
      );
    case `${MULTUS}networks`:
    case 'v1.multus-cni.io/default-network':
      return selected(value);
    default:
      return key.startsWith(MULTUS) ||
        key.startsWith(OVN) ||
        key.startsWith('v1.multus-cni.io/') ||
        key.startsWith('networking.gke.io/')
        ? [key]
        : [];
  }
}

/** As Multus reads it: a list in JSON, or of `namespace/name@interface`. */
function selected(value: string): string[] {
  return value.trim().startsWith('[')
    ? parsed(value, all =>
        all.map(({ namespace, name }: any) =>
          namespace ? `${namespace}/${name}` : name,
        ),
      )
    : value
        .split(',')
        .map(one => one.trim().replace(/@.*/, ''))
        .filter(Boolean);
}

/** What can't be read is a network by itself. */
function parsed(value: string, take: (json: any) => string[]): string[] {
  try {
    return take(JSON.parse(value)).map(String);
  } catch {
    return [value];
  }
}

/**
 * No pod of the namespace is on another network than the cluster's: policies hold
 * only what goes over that one, and only its addresses are dialled.
 */
export function noOtherNetwork({ tenant, cluster }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  return stateAttempt('kubernetes', {
    key: 'networks',
    target: `Pods of ${namespace}`,
    request: `list Pods of ${namespace}, and read which networks they are on`,
    expected: "none but the cluster's",
    run: async ({ view }) => {
      const [namespaces, pods] = await Promise.all([
        listed(view, NAMESPACES),
        listed(view, PODS, namespace),
      ]);
      const home = named(namespaces, namespace);
      const found = [
        ...(home?.metadata.labels?.[USER_DEFINED] === undefined
          ? []
          : [{ of: asNetwork('Namespace', USER_DEFINED), on: namespace }]),
        ...pods
          .filter(isThere)
          .flatMap(({ metadata: { name, annotations = {} } }) =>
            Object.entries<string>(annotations)
              .flatMap(([key, value]) => networksIn(key, value))
              // Those of its own namespace are written in both ways.
              .map(network => network.replace(`${namespace}/`, ''))
              .map(network => ({ of: asNetwork('Pod', network), on: name })),
          ),
      ].filter(({ of }) => !isExcepted(of, cluster.config.exceptions));
      const said = [
        ...new Set(
          found.map(
            ({ of, on }) =>
              `${of.kind} ${on} is on another network: ${of.metadata.name}`,
          ),
        ),
      ];
      const digests = new Set(
        found.map(
          ({ of }) => `${of.kind} ${of.metadata.name}: digest ${digestOf(of)}`,
        ),
      );
      return said.length > 0
        ? breached(
            'FOUND',
            `${said.join('; ')} (no policy holds there; ${[...digests].join(
              ', ',
            )})`,
          )
        : asExpected('NONE', `${pods.length} pods on no other`);
    },
  });
}

/** One that has ended is on no network any more. */
function isThere({ status }: any): boolean {
  return !['Succeeded', 'Failed'].includes(status?.phase);
}

/** By which config makes an exception of a network: it is known by its name alone. */
function asNetwork(kind: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name }, network: name };
}
