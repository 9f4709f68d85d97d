import {
  parseEgressHost,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import { isExcepted } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { isAbout, ruleMatches } from '../reach/decide';
import { Peer, podTraits } from '../reach/model';
import { modelPolicy } from '../reach/predict';
import { podTask } from '../pod/tasks';
import { Attempt, DoesNotApply, Expectation, Side } from '../types';
import { called, stopped } from './finding';
import { podAttempt } from './podAttempt';
import { otherPolicies } from './policies';

/** Whoever answers at all has been asked; a proxy may also say that there is no such name. */
const refused: Expectation = {
  text: 'REFUSED',
  judge: ({ code, response }) =>
    stopped(
      code === 'OK' && say('resolverAnswered', { response }),
      ['REFUSED', 'NXDOMAIN', 'TIMEOUT'].includes(code),
      say('lookupEnded', { code }),
    ),
};

/** Ways to ask the cluster's own resolvers, as policies know them. */
function lookupsOf({ cluster }: Side, lookup: string) {
  const { namespaces, podLabels, cidrs, ports } = cluster.config.network.dns;
  const labels = podLabels ?? { 'k8s-app': 'kube-dns' };
  const peers: Peer[] = [
    ...namespaces.map(
      (namespace): Peer => ({
        kind: 'pod',
        traits: podTraits({ namespace, labels }),
      }),
    ),
    ...cidrs.map(
      (cidr): Peer => ({
        kind: 'address',
        address: cidr.split('/')[0],
        traits: { 'reserved:world': '' },
      }),
    ),
  ];
  return peers.flatMap(peer =>
    ports.flatMap(port =>
      (['UDP', 'TCP'] as const).map(protocol => ({
        peer,
        protocol,
        port,
        lookup,
      })),
    ),
  );
}

/** A name outside of the cluster that the tenant is not allowed, asked of the cluster's resolver. */
export function unknownName(side: Side): Attempt[] | DoesNotApply {
  const { cluster, tenant, canary } = side;
  const { egress } = tenant.plan.spec;
  if (cluster.config.network.provider !== 'cilium') {
    return { because: say('namesUnknown') };
  }
  if (egress.cidrs.length > 0) {
    return { because: say('rangesAllowed') };
  }
  const isAllowed = (name: string) =>
    egress.hosts
      .map(entry => parseEgressHost(entry).host)
      .some(host =>
        host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host,
      );
  const name = cluster.config.proofs.outside.names.find(one => !isAllowed(one));
  if (!name) {
    return { because: say('everyName') };
  }
  const task = podTask({ do: 'ask-name', name });
  const attempt = podAttempt({
    by: 'tenant',
    task: { ...task, settle: true },
    target: name,
    request: `DNS query for ${name} to the cluster's resolver`,
    expect: refused,
    witnesses: [
      {
        by: 'tenant',
        task: podTask({ do: 'connect', ...tenant.service }),
        says: say('reachesOwn', { who: say('whoTenant') }),
      },
      {
        by: 'ram',
        task,
        says: say('resolves', { who: say('whoRam'), name }),
      },
    ],
    bait: {
      by: 'ram',
      task: podTask({ do: 'connect', ...canary.service }),
    },
  });
  return [
    {
      ...attempt,
      run: async round => {
        const finding = await attempt.run(round);
        // Also where the proof pod was refused: a policy may be about n8n's pods alone.
        const policy = ['breached', 'asExpected'].includes(finding.outcome)
          ? await whoOpensDns(side, name, round)
          : undefined;
        if (!policy) {
          return finding;
        }
        if (isPlatforms(policy, side)) {
          const reason = say('dnsOpened', { policy: called(policy) });
          return { ...finding, outcome: 'notApplicable', reason };
        }
        const allows = say('policyAllows', {
          found: `${called(policy)}: DNS for ${name}`,
        });
        const all = [...(finding.reason ? [finding.reason] : []), allows];
        return {
          ...finding,
          outcome: 'breached',
          reason: say('several', { all }),
        };
      },
    },
  ];
}

/**
 * Whether a policy is the platform's own: of the whole cluster, or as config has
 * reviewed it. Any other may be whoever's, who would lift the wall by it; of a tenant
 * that is only proved none is ours, and any may allow DNS.
 */
function isPlatforms(
  policy: KubernetesObject,
  { tenant, cluster }: Side,
): boolean {
  return (
    Boolean(tenant.plan.proofOnly) ||
    policy.metadata.namespace === undefined ||
    isExcepted(policy, cluster.config.exceptions)
  );
}

/**
 * A policy that allows n8n's pods to ask for a name: none of ours can forbid it then.
 * Where there are several, one that is not the platform's.
 */
async function whoOpensDns(
  side: Side,
  lookup: string,
  { view }: Parameters<Attempt['run']>[0],
): Promise<KubernetesObject | undefined> {
  const seen = await otherPolicies(side, view);
  if ('problem' in seen) {
    return undefined;
  }
  const lookups = lookupsOf(side, lookup);
  const opening = seen.computed.filter(policy =>
    modelPolicy(policy).some(
      model =>
        seen.pods.some(pod => isAbout(model, { pod })) &&
        model.egress.allow.some(rule =>
          lookups.some(traffic => ruleMatches(rule, traffic)),
        ),
    ),
  );
  return opening.find(policy => !isPlatforms(policy, side)) ?? opening[0];
}
