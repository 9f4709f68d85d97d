import { denied, letThrough, reached, resolved } from './expectations';
import { allowedDestinations, outsideOf } from './destinations';
import { noWidening, policiesAsPlanned } from '../attempts/policies';
import { Endpoint } from '../../config/platform';
import { vaultEndpoint } from '../../config/vaultService';
import { Attacker, Check, PodAttempt, Side, Witness } from '../types';

const NAMES: Record<Attacker, string> = {
  tenant: 'the tenant',
  neighbour: 'the neighbour',
  ram: "the canary's ram",
};

/** The network wall: what the tenant reaches, and what reaches the tenant. */
export const NETWORK_CHECKS: Check[] = network([
  {
    id: 'net.own-service',
    kind: 'control',
    title: 'Reaches its own Service',
    why: 'A pod that reaches nothing at all would pass every barrier',
    attempts: ({ tenant }) => [connect('tenant', tenant.service)],
  },
  {
    id: 'net.dns',
    kind: 'control',
    title: "Resolves the other side's names",
    why: 'A name that does not resolve is never dialled, whatever the walls',
    attempts: side =>
      others(side).map(({ service: { host } }) => ({
        by: 'tenant',
        task: { do: 'resolve', host },
        target: host,
        request: `resolve ${host}`,
        expect: resolved,
        witnesses: [],
      })),
  },
  {
    id: 'net.vault',
    kind: 'control',
    title: 'Reaches Vault',
    why: "The tenant's own secrets come from there",
    attempts: ({ cluster }) => [
      connect('tenant', vaultEndpoint(cluster.config)),
    ],
  },
  {
    id: 'net.egress-allowed',
    kind: 'control',
    title: 'Reaches each destination it is allowed',
    why: 'A wall that stops what was asked for gets taken down',
    attempts: side =>
      allowedDestinations(side).map(to => ({
        ...connect('tenant', to),
        expect: letThrough(side.platform.network.denial),
      })),
  },
  {
    id: 'net.canary-egress',
    kind: 'barrier',
    title: "Can't reach the canary",
    why: "The canary lets everyone in, so only the tenant's own egress half holds",
    attempts: side => [deny(side, 'tenant', side.canary.service, 'ram')],
  },
  {
    id: 'net.canary-ingress',
    kind: 'barrier',
    title: "The canary can't reach it",
    why: "The ram may go anywhere, so only the tenant's own ingress half holds",
    attempts: side =>
      doors(side.tenant).map(to => deny(side, 'ram', to, 'tenant')),
  },
  {
    id: 'net.neighbour-service',
    kind: 'barrier',
    title: "Can't reach the neighbour's Service",
    why: 'The name of a neighbour is no secret, and resolves',
    attempts: side =>
      side.neighbour
        ? [deny(side, 'tenant', side.neighbour.service, 'neighbour')]
        : [],
  },
  {
    id: 'net.neighbour-pod',
    kind: 'barrier',
    title: "Can't reach the neighbour's pods",
    why: 'A pod is reached by its address without any Service',
    attempts: side =>
      (side.neighbour?.pods ?? []).map(to =>
        deny(side, 'tenant', to, 'neighbour'),
      ),
  },
  {
    id: 'net.neighbour-ingress',
    kind: 'barrier',
    title: "The neighbour can't reach it",
    why: 'The same wall, seen from the other side',
    attempts: side =>
      side.neighbour
        ? doors(side.tenant).map(to => deny(side, 'neighbour', to, 'tenant'))
        : [],
  },
  {
    id: 'net.dns-elsewhere',
    kind: 'barrier',
    title: "Can't ask another resolver",
    why: 'DNS to anywhere is a way out for data',
    attempts: side => {
      const { host, port } = side.platform.proofs.outside.dns;
      return [
        deny(side, 'tenant', { host, port }, 'ram', { optional: true }),
        deny(side, 'tenant', { host, port }, 'ram', {
          task: { do: 'ask-dns', host, port, name: 'example.com' },
          request: `DNS query over UDP to ${host}:${port}`,
          optional: true,
        }),
      ];
    },
  },
  {
    id: 'net.metadata',
    kind: 'barrier',
    title: "Can't reach cloud metadata",
    why: "A node's own cloud credentials are served there",
    attempts: side => [
      deny(side, 'tenant', side.platform.proofs.outside.metadata, 'ram', {
        optional: true,
      }),
    ],
  },
  {
    id: 'net.kube-api',
    kind: 'barrier',
    title: "Can't reach the Kubernetes API",
    why: 'n8n needs no API server, and whoever takes n8n over would',
    attempts: side => side.kubeApi.map(to => deny(side, 'tenant', to, 'ram')),
  },
  {
    id: 'net.kubelet',
    kind: 'barrier',
    title: "Can't reach the kubelets",
    why: 'A kubelet runs commands in every pod of its node',
    attempts: side => side.kubelets.map(to => deny(side, 'tenant', to, 'ram')),
  },
  {
    id: 'net.internet',
    kind: 'barrier',
    title: "Can't reach the internet",
    why: 'What is not on the list of allowed destinations stays inside',
    attempts: side =>
      outsideOf(side).map(to =>
        deny(side, 'tenant', to, 'ram', { optional: true }),
      ),
  },
  {
    id: 'net.policy-spec',
    kind: 'barrier',
    title: 'Its policies are as planned',
    why: 'A rule that nobody dials today still opens the wall',
    attempts: side => policiesAsPlanned(side),
  },
  {
    id: 'net.no-widening',
    kind: 'barrier',
    title: 'No other policy allows more',
    why: 'Policies are additive: a second one opens what ours close',
    attempts: side => [noWidening(side)],
  },
]);

function network(checks: Omit<Check, 'wall'>[]): Check[] {
  return checks.map(check => ({ ...check, wall: 'network' }));
}

function others(side: Side) {
  return side.neighbour ? [side.canary, side.neighbour] : [side.canary];
}

/** A party's Service and pods: every way in that it declares. */
function doors({ service, pods }: Side['tenant']): Endpoint[] {
  return [service, ...pods];
}

function connect(by: Attacker, to: Endpoint): PodAttempt {
  const target = `${to.host}:${to.port}`;
  return {
    by,
    task: { do: 'connect', ...to },
    target,
    request: `connect ${target} over TCP, as ${NAMES[by]}`,
    expect: reached,
    witnesses: [],
  };
}

/**
 * A connect that has to be denied. It proves nothing unless the one who tries
 * has a network at all, and somebody who is allowed reaches the same target.
 */
function deny(
  side: Side,
  by: Attacker,
  to: Endpoint,
  allowed: Attacker,
  overrides: Partial<PodAttempt> = {},
): PodAttempt {
  const attempt = { ...connect(by, to), ...overrides };
  const source: Witness = {
    by,
    task: { do: 'connect', ...ownService(side, by) },
    says: `${NAMES[by]} reaches its own Service`,
  };
  const target: Witness = {
    by: allowed,
    task: attempt.task,
    says: `${NAMES[allowed]} reaches ${attempt.target}`,
  };
  return {
    ...attempt,
    expect: denied(side.platform.network.denial),
    witnesses: [source, target],
  };
}

function ownService(side: Side, by: Attacker): Endpoint {
  if (by === 'ram') {
    return side.canary.service;
  }
  return (by === 'tenant' ? side.tenant : side.neighbour ?? side.tenant)
    .service;
}
