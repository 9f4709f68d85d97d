import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { digestOf } from '../../plan/live/digest';
import { plannedObjects } from '../../plan/planned';
import { planTenant } from '../../plan/planTenant';
import { KubernetesObject } from '../../plan/types';
import { holding, object, testRound } from '../__fixtures__/portal';
import { testCluster, testSide } from '../__fixtures__/side';
import { tenantParty } from '../round/facts';
import { Side } from '../types';
import { noOtherDoor } from './doors';

const INGRESS = 'networking.k8s.io/v1';
const GATEWAY = 'gateway.networking.k8s.io/v1';
const SERVED: [string, string][] = [
  [INGRESS, 'Ingress'],
  [GATEWAY, 'HTTPRoute'],
];
/** Where n8n is found, by each kind of way in. */
const HOST = 'acme.n8n.example.com';
const EXPOSED = {
  Ingress: {
    ingress: { host: '{{ name }}.n8n.example.com', className: 'public' },
  },
  HTTPRoute: {
    gateway: {
      host: '{{ name }}.n8n.example.com',
      name: 'public',
      namespace: 'gateways',
    },
  },
};

function sideOf(way?: keyof typeof EXPOSED, config: object = {}): Side {
  const platform = testPlatform({
    network: {
      provider: 'cilium',
      dns: { cidrs: ['198.18.1.10/32', '198.18.2.0/24'] },
      ...(way && { ingress: { namespaces: ['ingress'] } }),
    },
    ...(way && { n8n: EXPOSED[way] }),
    ...config,
  });
  return testSide({
    cluster: testCluster(platform.clusters[0]),
    tenant: tenantParty(planTenant(testSpec({ name: 'acme' }), platform)),
  });
}

const { namespace } = sideOf().tenant.plan.names;
const ANNOTATED = { 'kubernetes.io/ingress.class': 'public' };

const service = (spec: object, name = 'other') =>
  object('v1', 'Service', spec, { name });
const N8N = { 'app.kubernetes.io/name': 'n8n' };

const ingress = (
  host: string,
  to: string,
  metadata: object = {},
  rest: object = {},
  path = '/',
) =>
  object(
    INGRESS,
    'Ingress',
    {
      rules: [
        {
          host,
          http: { paths: [{ path, backend: { service: { name: to } } }] },
        },
      ],
      ...rest,
    },
    metadata,
  );
const route = (
  host: string,
  to: string,
  metadata: object = {},
  gateway: object = { name: 'public', namespace: 'gateways' },
) =>
  object(
    GATEWAY,
    'HTTPRoute',
    {
      parentRefs: [gateway],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: to }] }],
    },
    metadata,
  );
const grant = (to: object) =>
  object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', { to: [to] });
const THERE = { namespace: 'dev' };

const elsewhere = (spec: object) => object('v1', 'Service', spec, THERE);
const takes = (address: string) => ({ externalIPs: [address] });
const STANDS_FOR_N8N = {
  type: 'ExternalName',
  externalName: `n8n.${namespace}.svc.cluster.local`,
};
const VAULT = object(
  'v1',
  'Service',
  { clusterIPs: ['198.18.1.2'] },
  { name: 'sys-vault', namespace: 'sys-vault' },
);

const run = (side: Side, objects: KubernetesObject[], refused?: string) =>
  noOtherDoor(side).run(
    testRound(
      side,
      holding(
        [
          ...plannedObjects(
            side.tenant.plan,
            'Service',
            'Ingress',
            'HTTPRoute',
          ),
          ...objects,
        ],
        refused,
        SERVED,
      ),
    ),
  );

type Row = [what: string, outcome: Outcome, ...objects: KubernetesObject[]];

describe('ways into n8n', () => {
  it.each<Row>([
    ['of the plan alone', 'asExpected'],
    ['by a Service inside', 'asExpected', service({ selector: N8N })],
    [
      'by a Service with an outside address',
      'breached',
      service({ selector: N8N, externalIPs: ['198.51.100.7'] }),
    ],
    [
      'by a load balancer',
      'breached',
      service({ selector: N8N, type: 'LoadBalancer' }),
    ],
    [
      'by a Service that somebody says where it leads',
      'breached',
      service({ type: 'NodePort' }),
    ],
    [
      'to something else',
      'asExpected',
      service({ selector: { app: 'solver' }, type: 'NodePort' }),
    ],
    ['by another’s name for it', 'asExpected', elsewhere(STANDS_FOR_N8N)],
    ['by an address of its own', 'asExpected', elsewhere(takes('192.0.2.1'))],
    [
      'by who takes the address of its Service',
      'breached',
      service({ selector: N8N, clusterIPs: ['198.18.1.1'] }, 'inside'),
      elsewhere(takes('198.18.1.1')),
    ],
    [
      'by who takes the resolver’s',
      'breached',
      elsewhere(takes('198.18.1.10')),
    ],
    ['by who takes Vault’s', 'breached', VAULT, elsewhere(takes('198.18.1.2'))],
    // No policy lets in whoever would serve it.
    ['that nobody serves', 'asExpected', ingress('x.test', 'n8n')],
  ])('of a tenant that is reached from nowhere: %s', async (_, ...row) => {
    const [outcome, ...objects] = row;
    expect((await run(sideOf(), objects)).outcome).toBe(outcome);
  });

  it.each<Row>([
    ['the plan’s', 'asExpected'],
    ['another Ingress', 'breached', ingress('x.test', 'n8n')],
    [
      'an Ingress to another Service of n8n’s',
      'breached',
      service({ selector: N8N }, 'more'),
      ingress('x.test', 'more'),
    ],
    ['an Ingress to something else', 'asExpected', ingress('x.test', 'solver')],
    ['another route', 'breached', route('x.test', 'n8n')],
    [
      'a route of OpenShift’s',
      'breached',
      object('route.openshift.io/v1', 'Route', { to: { name: 'n8n' } }),
    ],
    [
      'what OpenShift makes of the plan’s',
      'asExpected',
      object(
        'route.openshift.io/v1',
        'Route',
        { host: HOST, to: { name: 'n8n' } },
        { ownerReferences: [{ kind: 'Ingress', name: 'n8n' }] },
      ),
    ],
    [
      'what only says that it is made of that',
      'breached',
      object(
        'route.openshift.io/v1',
        'Route',
        { host: 'x.test', to: { name: 'n8n' } },
        { ownerReferences: [{ kind: 'Ingress', name: 'n8n' }] },
      ),
    ],
    [
      'a virtual service of Istio’s, by the whole name',
      'breached',
      object('networking.istio.io/v1', 'VirtualService', {
        http: [
          {
            route: [
              { destination: { host: `n8n.${namespace}.svc.cluster.local` } },
            ],
          },
        ],
      }),
    ],
    ['another’s name for it', 'breached', elsewhere(STANDS_FOR_N8N)],
    [
      'another’s name for something else',
      'asExpected',
      elsewhere({ type: 'ExternalName', externalName: 'n8n.elsewhere.svc' }),
    ],
    ['others’ routes', 'breached', grant({ kind: 'Service' })],
    [
      'others’ routes by name',
      'breached',
      grant({ kind: 'Service', name: 'n8n' }),
    ],
    [
      'others’ routes to something else',
      'asExpected',
      grant({ kind: 'Secret' }),
    ],
    ['its host elsewhere', 'breached', ingress(HOST, 'mine', THERE)],
    [
      'a part of it',
      'breached',
      ingress(HOST, 'mine', THERE, { ingressClassName: 'public' }, '/webhook'),
    ],
    [
      'its host by the class’ old name',
      'breached',
      ingress(HOST, 'mine', { ...THERE, annotations: ANNOTATED }),
    ],
    [
      'its host by another way in',
      'asExpected',
      ingress(HOST, 'mine', THERE, { ingressClassName: 'inside' }),
    ],
    ['another host elsewhere', 'asExpected', ingress('x.test', 'n8n', THERE)],
    [
      'who shows whose a host is',
      'asExpected',
      ingress(HOST, 'mine', THERE, {}, '/.well-known/acme-challenge/x'),
    ],
  ])('of a tenant with an Ingress: %s', async (_, ...row) => {
    const [outcome, ...objects] = row;
    expect((await run(sideOf('Ingress'), objects)).outcome).toBe(outcome);
  });

  it.each<Row>([
    ['the plan’s', 'asExpected'],
    ['its host elsewhere', 'breached', route(HOST, 'mine', THERE)],
    [
      'its host by another Gateway',
      'asExpected',
      route(HOST, 'mine', THERE, { name: 'public' }),
    ],
  ])('of a tenant with an HTTPRoute: %s', async (_, ...row) => {
    const [outcome, ...objects] = row;
    expect((await run(sideOf('HTTPRoute'), objects)).outcome).toBe(outcome);
  });

  it('says which, and is silent of what config has seen', async () => {
    const taker = ingress(HOST, 'mine', THERE);
    const digest = digestOf(taker);
    expect((await run(sideOf('Ingress'), [taker])).reason?.summary).toBe(
      `Ingress dev/other takes what is sent to n8n's host (digest ${digest})`,
    );
    const seen = sideOf('Ingress', {
      exceptions: [{ kind: 'Ingress', name: 'other', digest }],
    });
    expect((await run(seen, [taker])).outcome).toBe('asExpected');
  });

  it.each(['Ingress', 'HTTPRoute', 'Service'])(
    'are not known where %s can’t be listed',
    async refused => {
      const found = await run(sideOf('Ingress'), [], refused);
      expect(found.outcome).toBe('inconclusive');
      expect(found.reason?.summary).toContain(refused);
    },
  );
});
