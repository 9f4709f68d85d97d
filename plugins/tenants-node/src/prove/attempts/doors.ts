import { KindRef, listKinds } from '../../clients/clusterView';
import { madeOnce } from '../../clients/remembered';
import { vaultEndpoint, vaultRanges } from '../../config/vaultService';
import { digestOf, isExcepted } from '../../plan/live/digest';
import { selects } from '../../plan/live/selectors';
import { plannedObjects } from '../../plan/planned';
import { KubernetesObject } from '../../plan/types';
import { Attempt, Side } from '../types';
import { asExpected, breached } from './finding';
import { known, listed, stateAttempt } from './reading';

/**
 * Kinds by which what stands before a cluster is told where to send what it gets, by
 * their API groups. A ReferenceGrant has others' routes lead here.
 */
export const DOORS: Record<string, string[]> = {
  'networking.k8s.io': ['Ingress'],
  'gateway.networking.k8s.io': [
    'GRPCRoute',
    'HTTPRoute',
    'ReferenceGrant',
    'TCPRoute',
    'TLSRoute',
    'UDPRoute',
  ],
  'k8s.nginx.org': ['TransportServer', 'VirtualServer'],
  'networking.istio.io': ['VirtualService'],
  'projectcontour.io': ['HTTPProxy'],
  'route.openshift.io': ['Route'],
  'traefik.io': ['IngressRoute', 'IngressRouteTCP', 'IngressRouteUDP'],
};

/** Kinds that are looked at wherever they are: each may claim any host. */
const HOSTED = ['Ingress', 'HTTPRoute'];
const SERVICE = { apiVersion: 'v1', kind: 'Service' };
/** Under which an authority asks whose a host is: nothing of n8n's is there. */
const CHALLENGE = '/.well-known/acme-challenge/';

/** Services by their own names, as `NAME.NAMESPACE`. */
const byPlace = madeOnce(
  (services: readonly any[]) =>
    new Map(
      services.map(service => [
        `${service.metadata.name}.${service.metadata.namespace}`,
        [service],
      ]),
    ),
);

/** A Service as `NAME.NAMESPACE`, of a name in the cluster's domain. */
function targetOf(host: string): string {
  return host.split('.').slice(0, 2).join('.');
}

/**
 * Services by where they lead, or what they take, from the whole cluster: a name as
 * `SERVICE.NAMESPACE`, and addresses from outside, which are anybody's to claim.
 */
const byTarget = madeOnce((services: readonly any[]) => {
  const targets = new Map<string, any[]>();
  for (const service of services) {
    const { type, externalName = '', externalIPs = [] } = service.spec ?? {};
    for (const target of [
      ...(type === 'ExternalName' ? [targetOf(externalName)] : []),
      ...externalIPs,
    ]) {
      targets.set(target, [...(targets.get(target) ?? []), service]);
    }
  }
  return targets;
});

function hostsOf({ spec = {} }: any): Set<string> {
  const rules: any[] = spec.rules ?? [];
  return new Set([
    ...(spec.hostnames ?? []),
    ...rules.flatMap(({ host }) => host ?? []),
  ]);
}

/** Routes of a kind by their hosts: there are as many as tenants. */
const byHost = madeOnce((routes: readonly any[]) => {
  const hosts = new Map<string, any[]>();
  for (const route of routes) {
    for (const host of hostsOf(route)) {
      hosts.set(host, [...(hosts.get(host) ?? []), route]);
    }
  }
  return hosts;
});

/**
 * Nothing but the plan's leads into n8n: no other address from outside, no other route of
 * those whom policies let in; and nobody else has n8n's host, or an address that it or
 * the tenant's login goes to, lead somewhere else.
 */
export function noOtherDoor(side: Side): Attempt {
  const { plan } = side.tenant;
  const { exceptions, network } = side.cluster.config;
  const { namespace } = plan.names;
  const isRouted =
    network.ingress.namespaces.length + network.ingress.cidrs.length > 0;
  return stateAttempt('kubernetes', {
    key: 'doors',
    target: `ways into ${namespace}`,
    request: isRouted
      ? `list Services and every kind of route of ${namespace}, and everybody's routes for its hosts`
      : `list Services: of ${namespace}, and whoever's takes an address`,
    expected: 'none but the plan’s leads to n8n, and no other has its hosts',
    run: async ({ view }) => {
      const services = (await listed(view, SERVICE, namespace)).filter(
        service => leadsToWorkload(service, side),
      );
      const others = await listed(view, SERVICE);
      const vault = targetOf(vaultEndpoint(side.cluster.config).host);
      const taken = [...services, ...(byPlace(others).get(vault) ?? [])];
      const found = [
        ...services
          .filter(service => isOutside(service))
          .map(one => ({ one, does: 'gives n8n another address' })),
        ...[...fixedAddresses(side), ...taken.flatMap(addressesOf)]
          .flatMap(address => byTarget(others).get(address) ?? [])
          .map(one => ({ one, does: 'takes an address of n8n, Vault or DNS' })),
      ];
      if (isRouted) {
        const names = services.map(({ metadata }) => metadata.name);
        const { all } = await known(
          `Ways into ${namespace}`,
          listKinds(view, Object.keys(DOORS), namespace, isDoor),
        );
        const everywhere = await Promise.all(
          all
            .filter(({ kind }) => HOSTED.includes(kind.kind))
            .map(({ kind }) => listed(view, kind)),
        );
        found.push(
          ...all
            .flatMap(({ objects }) => objects)
            .filter(route => leadsTo(route, [plan.workload.name, ...names]))
            .map(one => ({ one, does: 'leads to n8n' })),
          ...names
            .flatMap(name => byTarget(others).get(`${name}.${namespace}`) ?? [])
            .map(one => ({ one, does: 'stands for n8n' })),
          ...everywhere
            .flatMap(routes => takersOf(routes, side))
            .map(one => ({ one, does: "takes what is sent to n8n's host" })),
        );
      }
      const said = found
        .filter(
          ({ one }) => !isPlanned(one, side) && !isExcepted(one, exceptions),
        )
        .map(
          ({ one, does }) => `${nameOf(one)} ${does} (digest ${digestOf(one)})`,
        );
      return said.length > 0
        ? breached('FOUND', said.join('; '))
        : asExpected('NONE', 'no other');
    },
  });
}

function isDoor({ apiVersion, kind }: KindRef): boolean {
  return DOORS[apiVersion.split('/')[0]].includes(kind);
}

/** Whether it is the plan's own, or what OpenShift makes of that for its router. */
function isPlanned(one: any, { tenant: { plan } }: Side): boolean {
  const { name, namespace, ownerReferences = [] } = one.metadata;
  return (
    namespace === plan.names.namespace &&
    plannedObjects(plan, one.kind, 'Ingress').some(
      own =>
        (own.kind === one.kind && own.metadata.name === name) ||
        (one.kind === 'Route' &&
          hostsOf(own).has(one.spec?.host) &&
          ownerReferences.some(
            (owner: any) =>
              owner.kind === own.kind && owner.name === own.metadata.name,
          )),
    )
  );
}

/** A Service by its selector; without one somebody else says where it leads. */
function leadsToWorkload({ spec = {} }: any, { tenant }: Side): boolean {
  const selector = { matchLabels: spec.selector ?? {} };
  return plannedObjects(tenant.plan, 'Deployment').some(
    ({ spec: { template } }: any) =>
      selects(selector, template.metadata.labels),
  );
}

function isOutside({ spec = {} }: any): boolean {
  return (
    ['LoadBalancer', 'NodePort'].includes(spec.type) ||
    spec.externalIPs?.length > 0
  );
}

/** Where a Service is found inside of the cluster. */
function addressesOf({ spec = {} }: any): string[] {
  return spec.clusterIPs ?? [];
}

/** Single addresses by which config knows Vault and resolvers. */
function fixedAddresses({ cluster: { config } }: Side): string[] {
  return [...vaultRanges(config), ...config.network.dns.cidrs]
    .map(range => range.split('/'))
    .filter(([, bits]) => ['32', '128'].includes(bits))
    .map(([address]) => address);
}

/** Whether a route names one of some Services as where it leads, in whichever field. */
function leadsTo(
  { kind, metadata: { namespace }, spec = {} }: any,
  services: string[],
): boolean {
  if (kind === 'ReferenceGrant') {
    return (spec.to ?? []).some(
      ({ kind: of, name }: any) =>
        of === 'Service' && (!name || services.includes(name)),
    );
  }
  const isNamed = (value: unknown): boolean =>
    typeof value === 'string'
      ? services.some(
          name => value === name || value.startsWith(`${name}.${namespace}`),
        )
      : typeof value === 'object' &&
        Object.values(value ?? {}).some(each => isNamed(each));
  return isNamed(spec);
}

/** Routes of other namespaces for the hosts of the plan's own of that kind, by the same way in. */
function takersOf(items: readonly any[], { tenant }: Side): any[] {
  return items.length === 0
    ? []
    : plannedObjects(tenant.plan, items[0].kind).flatMap(own =>
        [...hostsOf(own)]
          .flatMap(host => byHost(items).get(host) ?? [])
          .filter(
            other =>
              other.metadata.namespace !== own.metadata.namespace &&
              isSameWay(own, other) &&
              !pathsOf(other).every(path => path.startsWith(CHALLENGE)),
          ),
      );
}

/** Whether both are served by the same Gateway, or may be by the same class; none is any. */
function isSameWay(one: any, other: any): boolean {
  const gatewaysOf = ({ metadata, spec }: any): string[] =>
    (spec.parentRefs ?? []).map(
      ({ name, namespace = metadata.namespace }: any) => `${namespace}/${name}`,
    );
  const classOf = ({ metadata, spec }: any): string | undefined =>
    spec.ingressClassName ??
    metadata.annotations?.['kubernetes.io/ingress.class'];
  return one.kind === 'Ingress'
    ? !classOf(one) || !classOf(other) || classOf(one) === classOf(other)
    : gatewaysOf(other).some(gateway => gatewaysOf(one).includes(gateway));
}

/** Beginnings of what a route takes; all there is where it says none. */
function pathsOf({ spec }: any): string[] {
  return (spec.rules ?? []).flatMap(({ http, matches }: any) =>
    (http?.paths ?? matches ?? [{}]).map(
      ({ path = '/' }: any) => path.value ?? path,
    ),
  );
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
