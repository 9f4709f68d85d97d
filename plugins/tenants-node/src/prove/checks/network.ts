import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { checksOf } from './entries';
import { allowed, denied, reached, resolvedBy } from './expectations';
import { unknownName } from '../attempts/dnsNames';
import { allowedDestinations, outsideOf } from './destinations';
import { nobodyElseCan } from '../attempts/access';
import { asPlanned } from '../attempts/asPlanned';
import { finding } from '../attempts/finding';
import { noOtherDoor } from '../attempts/doors';
import { PodAttempt, podAttempt } from '../attempts/podAttempt';
import { fromOwnNode } from '../attempts/placement';
import { noOtherNetwork } from '../attempts/networks';
import { noWidening } from '../attempts/policies';
import { ClusterProfile, Endpoint } from '../../config/platform';
import { vaultEndpoint } from '../../config/vaultService';
import { CANARY } from '../../plan/names';
import { podTask } from '../pod/tasks';
import { Attacker, Attempt, Check, Errand, Side } from '../types';

const { control, barrier } = checksOf('network');

/** The canary is nobody's neighbour, and yet on the other side. */
const CANARY_SIDE = { neighbour: CANARY };

const NAMES: Record<Attacker, Said> = {
  tenant: say('whoTenant'),
  neighbour: say('whoNeighbour'),
  ram: say('whoRam'),
};
/** What ids of checks begin with that config names. */
const CUSTOM = 'net.custom.';

const ALONE = { because: say('noNeighbour') };

/** The network wall: what the tenant reaches, and what reaches the tenant. */
export const NETWORK_CHECKS: Check[] = [
  control('net.own-service', {
    title: 'Reaches its own Service',
    why: 'A pod that reaches nothing at all would pass every barrier',
    otherwise: 'n8n did not answer',
    attempts: ({ tenant }) => [connect('tenant', tenant.service)],
  }),
  control('net.dns', {
    title: "Resolves the other side's names",
    why: 'A name that does not resolve is never dialled, whatever the walls',
    otherwise: "a name didn't resolve",
    attempts: side =>
      others(side).map(({ name, service: { host } }) =>
        podAttempt({
          by: 'tenant',
          neighbour: name,
          task: podTask({ do: 'resolve', host }),
          target: host,
          request: `resolve ${host}`,
          expect: resolvedBy(side.cluster.config),
        }),
      ),
  }),
  control('net.vault', {
    title: 'Reaches Vault',
    why: "The tenant's own secrets come from there",
    otherwise: 'Vault did not answer',
    attempts: ({ cluster }) => [
      connect('tenant', vaultEndpoint(cluster.config)),
    ],
  }),
  control('net.egress-allowed', {
    title: 'Reaches each destination it is allowed',
    why: 'A wall that stops what was asked for gets taken down',
    otherwise: 'an allowed destination did not answer',
    optional: true,
    attempts: side => {
      const { one, many } = allowedDestinations(side);
      return one.length + many.length > 0
        ? [
            ...one.map(to =>
              connect('tenant', to, {
                expect: allowed(side.cluster.config.network.denial),
                excuse: { by: 'ram', task: podTask({ do: 'connect', ...to }) },
              }),
            ),
            ...many.map(notDialled),
          ]
        : { because: say('noDestination') };
    },
  }),
  control('net.own-node', {
    title: 'Was tried from the node that n8n runs on',
    why: 'Each node enforces the policies of its own pods',
    optional: true,
    attempts: side => fromOwnNode(side),
  }),
  barrier('net.canary-egress', {
    title: "Can't reach the canary",
    why: "The canary lets everyone in, so only the tenant's own egress half holds",
    otherwise: 'reached the canary',
    attempts: side => [deny(side, side.canary.service, CANARY_SIDE)],
  }),
  barrier('net.canary-ingress', {
    title: "The canary can't reach it",
    why: "The canary's test client may go anywhere, so only the tenant's own ingress half holds",
    otherwise: 'the canary reached n8n',
    attempts: side =>
      doors(side.tenant).map(to =>
        deny(side, to, { ...CANARY_SIDE, by: 'ram', witness: 'tenant' }),
      ),
  }),
  barrier('net.neighbour-service', {
    title: "Can't reach the neighbour's Service",
    why: 'The name of a neighbour is no secret, and resolves',
    otherwise: "reached the neighbour's Service",
    optional: true,
    attempts: side =>
      withNeighbour(side, ({ service }) => [
        deny(side, service, { witness: 'neighbour' }),
      ]),
  }),
  barrier('net.neighbour-pod', {
    title: "Can't reach the neighbour's pods",
    why: 'A pod is reached by its address without any Service',
    otherwise: "reached a neighbour's pod",
    optional: true,
    attempts: side =>
      withNeighbour(side, ({ pods }) =>
        pods.map(to => deny(side, to, { witness: 'neighbour' })),
      ),
  }),
  barrier('net.neighbour-ingress', {
    title: "The neighbour can't reach it",
    why: 'The same wall, seen from the other side',
    otherwise: 'the neighbour reached n8n',
    optional: true,
    attempts: side =>
      withNeighbour(side, () =>
        doors(side.tenant).map(to =>
          deny(side, to, { by: 'neighbour', witness: 'tenant' }),
        ),
      ),
  }),
  barrier('net.dns-elsewhere', {
    title: "Can't ask another resolver",
    why: 'DNS to anywhere is a way out for data',
    otherwise: 'reached another resolver',
    optional: true,
    attempts: side => {
      const { host, port } = side.cluster.config.proofs.outside.dns;
      return [
        deny(side, { host, port }, ifThere(side)),
        deny(
          side,
          { host, port },
          {
            ...ifThere(side),
            task: podTask({ do: 'ask-dns', host, port, name: 'example.com' }),
            request: `DNS query over UDP to ${host}:${port}`,
          },
        ),
      ];
    },
  }),
  barrier('net.dns-names', {
    title: "Can't resolve a name that it isn't allowed",
    why: 'A lookup can carry data out',
    otherwise: "resolved a name that it isn't allowed",
    optional: true,
    attempts: side => unknownName(side),
  }),
  barrier('net.metadata', {
    title: "Can't reach cloud metadata",
    why: "A node's own cloud credentials are served there",
    otherwise: 'reached cloud metadata',
    optional: true,
    attempts: side => [
      deny(side, side.cluster.config.proofs.outside.metadata, ifThere(side)),
    ],
  }),
  barrier('net.kube-api', {
    title: "Can't reach the Kubernetes API",
    why: 'n8n does not need it, and an attacker in n8n would',
    otherwise: 'reached the Kubernetes API',
    attempts: side => side.kubeApi.map(to => deny(side, to)),
  }),
  barrier('net.kubelet', {
    title: "Can't reach the kubelets",
    why: 'A kubelet runs commands in every pod of its node',
    otherwise: 'reached a kubelet',
    attempts: side => side.kubelets.map(to => deny(side, to)),
  }),
  barrier('net.internet', {
    title: "Can't reach the internet",
    why: 'What is not on the list of allowed destinations stays inside',
    otherwise: 'reached the internet',
    optional: true,
    attempts: side => {
      const outside = outsideOf(side);
      return outside.length > 0
        ? outside.map(to => deny(side, to, ifThere(side)))
        : { because: say('everyAddress') };
    },
  }),
  barrier('net.as-planned', {
    title: 'Its policies and ways in are as planned',
    why: 'A rule that nobody dials today still opens the wall',
    attempts: side => [
      ...asPlanned(side.tenant.plan, 'network'),
      noOtherDoor(side),
    ],
  }),
  barrier('net.no-widening', {
    title: 'No other policy allows more',
    why: 'Policies are additive: a second one opens what ours close',
    attempts: side => [noWidening(side), noOtherNetwork(side)],
  }),
  barrier('net.who-can', {
    title: 'Nobody else can change its policies or ways in',
    why: 'A policy that its tenant can change is none',
    attempts: side => [nobodyElseCan(side, 'network')],
  }),
];

/** A check of each address that config names. */
export function customChecks({ proofs }: ClusterProfile): Check[] {
  const why = 'This platform has said of each tenant whether it may reach it';
  return proofs.outside.custom.map(({ name, title = name, address, expect }) =>
    expect === 'denied'
      ? barrier(`${CUSTOM}${name}`, {
          title: `Can't reach ${title}`,
          why,
          otherwise: `reached ${title}`,
          attempts: side => [deny(side, address)],
        })
      : control(`${CUSTOM}${name}`, {
          title: `Reaches ${title}`,
          why,
          otherwise: `${title} did not answer`,
          attempts: () => [connect('tenant', address)],
        }),
  );
}

/** Allowed, and no one host to dial: its receipt says so. */
function notDialled(target: string): Attempt {
  return {
    key: target,
    by: 'tenant',
    target,
    request: `connect ${target}`,
    expected: 'a host to dial',
    run: async () =>
      finding('notApplicable', 'NONE', '', say('manyHosts', { target })),
  };
}

function others(side: Side) {
  return side.neighbour ? [side.canary, side.neighbour] : [side.canary];
}

/** A party's Service and pods: every way in that it declares. */
function doors({ service, pods }: Side['tenant']): Endpoint[] {
  return [service, ...pods];
}

/** What a check tries of the neighbour, where there is one. */
function withNeighbour(
  side: Side,
  attempts: (neighbour: Side['tenant']) => Attempt[],
): Attempt[] | typeof ALONE {
  const { neighbour } = side;
  return neighbour
    ? attempts(neighbour).map(attempt => ({
        ...attempt,
        neighbour: neighbour.name,
      }))
    : ALONE;
}

/** Of a target that need not be there: the canary's test client tells. */
function ifThere({ canary }: Side): { bait: Errand } {
  const task = podTask({ do: 'connect', ...canary.service });
  return { bait: { by: 'ram', task } };
}

function connect(
  by: Attacker,
  to: Endpoint,
  overrides: Partial<PodAttempt> = {},
): Attempt {
  const target = authority(to);
  return podAttempt({
    by,
    task: podTask({ do: 'connect', host: to.host, port: to.port }),
    target,
    request: `connect ${target} over TCP, as ${NAMES[by].summary}`,
    expect: reached,
    ...overrides,
  });
}

/**
 * A connect that has to be denied. It proves nothing unless the one who tries
 * has a network at all, and somebody who is allowed reaches the same target. A
 * policy may take a moment to bite on a new pod: until then it is tried again.
 */
function deny(
  side: Side,
  to: Endpoint,
  {
    by = 'tenant',
    witness = 'ram',
    ...overrides
  }: Partial<PodAttempt> & { witness?: Attacker } = {},
): Attempt {
  const { task = podTask({ do: 'connect', ...to }) } = overrides;
  return connect(by, to, {
    ...overrides,
    task: { ...task, settle: true },
    expect: denied(side.cluster.config.network.denial),
    witnesses: [
      {
        by,
        task: podTask({ do: 'connect', ...ownService(side, by) }),
        says: say('reachesOwn', { who: NAMES[by] }),
      },
      {
        by: witness,
        task,
        says: say('reaches', { who: NAMES[witness], target: authority(to) }),
      },
    ],
  });
}

/** As a URL writes it. */
function authority({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function ownService(side: Side, by: Attacker): Endpoint {
  if (by === 'ram') {
    return side.canary.service;
  }
  return (by === 'tenant' ? side.tenant : side.neighbour ?? side.tenant)
    .service;
}
