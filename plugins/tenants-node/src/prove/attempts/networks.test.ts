import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { digestOf } from '../../plan/live/digest';
import { holding, object, runAttempt } from '../__fixtures__/portal';
import { sideOn, testSide } from '../__fixtures__/side';
import { Side } from '../types';
import { noOtherNetwork } from './networks';

const side = testSide();
const { namespace } = side.tenant.plan.names;
const MULTUS = 'k8s.v1.cni.cncf.io';
const OVN = 'k8s.ovn.org';
const DEFAULT = { name: 'ovn-kubernetes', interface: 'eth0', default: true };
const SHARED = { name: 'infra/shared', interface: 'net1' };

const json = (value: unknown) => JSON.stringify(value);
const run = (
  annotations: Record<string, string>,
  labels: Record<string, string> = {},
  on: Side = side,
  refused?: string,
) =>
  runAttempt(
    on,
    noOtherNetwork(on),
    holding(
      [
        object('v1', 'Namespace', {}, { name: namespace, labels }),
        object('v1', 'Pod', {}, { name: 'n8n-1', annotations }),
        object('v1', 'Pod', {}, { name: 'n8n-2' }),
      ],
      refused,
    ),
  );

describe('networks besides the cluster’s', () => {
  it.each<[string, Record<string, string>, Outcome, ...string[]]>([
    [
      'what tools write',
      { 'kubectl.kubernetes.io/restartedAt': 'x' },
      'asExpected',
    ],
    [
      'what Multus writes on every pod',
      { [`${MULTUS}/network-status`]: json([DEFAULT]) },
      'asExpected',
    ],
    [
      'what OVN-Kubernetes writes on every pod',
      {
        [`${OVN}/pod-networks`]: json({
          default: { ip_addresses: ['10.0.0.2/23'] },
        }),
      },
      'asExpected',
    ],
    ['none at all, in words', { [`${MULTUS}/networks`]: '' }, 'asExpected'],
    ['none at all, in a list', { [`${MULTUS}/networks`]: '[]' }, 'asExpected'],
    [
      'what Calico writes on every pod',
      { 'cni.projectcalico.org/podIP': '10.0.0.2/32' },
      'asExpected',
    ],
    [
      'one of its own namespace',
      { [`${MULTUS}/networks`]: 'shared' },
      'breached',
      'shared',
    ],
    [
      'one of its own namespace, in full',
      { [`${MULTUS}/networks`]: `${namespace}/shared@net1` },
      'breached',
      'shared',
    ],
    [
      'several in a list',
      {
        [`${MULTUS}/networks`]: json([{ name: 'shared', namespace: 'infra' }]),
      },
      'breached',
      'infra/shared',
    ],
    [
      'one that it has, whoever has taken the wish for it away',
      { [`${MULTUS}/network-status`]: json([DEFAULT, SHARED]) },
      'breached',
      'infra/shared',
    ],
    [
      'one that can’t be read',
      { [`${MULTUS}/network-status`]: 'shared' },
      'breached',
      'shared',
    ],
    [
      'another in the place of the cluster’s',
      { 'v1.multus-cni.io/default-network': 'infra/shared' },
      'breached',
      'infra/shared',
    ],
    [
      'one of OVN-Kubernetes’',
      { [`${OVN}/pod-networks`]: json({ default: {}, 'infra/shared': {} }) },
      'breached',
      'infra/shared',
    ],
    [
      'a way out for another namespace',
      { [`${OVN}/routing-namespaces`]: 'web' },
      'breached',
      `${OVN}/routing-namespaces`,
    ],
    [
      'one of GKE’s',
      { 'networking.gke.io/interfaces': '[]' },
      'breached',
      'networking.gke.io/interfaces',
    ],
  ])('%s', async (_, annotations, outcome, ...[name]) => {
    const finding = await run(annotations);
    expect(finding.outcome).toBe(outcome);
    expect(finding.reason?.summary ?? '').toMatch(
      new RegExp(
        name
          ? `^Pod n8n-1 is on another network: ${name} \\(.*digest [0-9a-f]{16}\\)$`
          : '^$',
      ),
    );
  });

  it('is one that OVN-Kubernetes gives the whole namespace', async () => {
    const label = `${OVN}/primary-user-defined-network`;
    expect(await run({}, { [label]: '' })).toMatchObject({
      outcome: 'breached',
      reason: { summary: expect.stringContaining(`Namespace ${namespace}`) },
    });
    expect((await run({}, { team: 'a' })).outcome).toBe('asExpected');
  });

  it('are let be where config names them by their digest', async () => {
    const annotations = {
      [`${MULTUS}/networks`]: 'infra/shared',
      [`${MULTUS}/network-status`]: json([DEFAULT, SHARED]),
    };
    const { reason } = await run(annotations);
    const digest = reason!.summary.match(/digest ([0-9a-f]{16})/)![1];
    const except = (name: string) =>
      sideOn(side, { exceptions: [{ kind: 'Pod', name, digest }] });
    const known = except('infra/shared');
    expect((await run(annotations, {}, known)).outcome).toBe('asExpected');
    const other = { [`${MULTUS}/networks`]: 'infra/shared,infra/more' };
    expect((await run(other, {}, known)).outcome).toBe('breached');
    expect((await run(annotations, {}, except('more'))).outcome).toBe(
      'breached',
    );
    expect(digest).toBe(
      digestOf({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'x' },
        network: 'infra/shared',
      }),
    );
  });

  it.each(['Namespace', 'Pod'])(
    'are not known where a %s can’t be read',
    async kind => {
      expect((await run({}, {}, side, kind)).outcome).toBe('inconclusive');
    },
  );
});
