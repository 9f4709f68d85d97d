import { ObjectChange } from '@threewalls/backstage-plugin-tenants-node';
import { concernOf } from './concerns';

const object = (kind: string, over: object = {}): ObjectChange['object'] => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'one', namespace: 'web-tenant-acme' },
  ...over,
});
const cluster = { metadata: { name: 'one' } };
const policy = (spec: object, more: object = {}) =>
  object('NetworkPolicy', { spec, ...more });
const account = {
  kind: 'ServiceAccount',
  name: 'a',
  namespace: 'web-tenant-b',
};

describe('whom a change concerns', () => {
  const own = ['web-tenant-acme'];

  it.each<[string, ObjectChange, ReturnType<typeof concernOf>]>([
    [
      'a policy that is gone: its tenant, which is attacked',
      { type: 'DELETED', object: policy({}), before: policy({}) },
      { namespaces: own, all: false, isMeant: true },
    ],
    [
      'a policy that was changed',
      { type: 'MODIFIED', object: policy({ a: 1 }), before: policy({}) },
      { namespaces: own, all: false, isMeant: true },
    ],
    [
      'a status: looked at, and no reason for an attack',
      {
        type: 'MODIFIED',
        object: policy({}, { status: { used: 1 } }),
        before: policy({}),
      },
      { namespaces: own, all: false, isMeant: false },
    ],
    [
      'a pod: it comes and goes',
      { type: 'ADDED', object: object('Pod') },
      { namespaces: own, all: false, isMeant: false },
    ],
    [
      'what a proof makes: or it would never come to an end',
      {
        type: 'ADDED',
        object: object('ExternalSecret', {
          metadata: {
            name: 'one',
            namespace: 'web-tenant-acme',
            labels: { 'threewalls.io/proof': 'external-secret' },
          },
        }),
      },
      { namespaces: own, all: false, isMeant: false },
    ],
    [
      'a binding elsewhere: all, and those first whose accounts it names',
      {
        type: 'ADDED',
        object: object('RoleBinding', {
          metadata: { name: 'one', namespace: 'default' },
          subjects: [
            account,
            { kind: 'User', name: 'system:serviceaccount:web-tenant-c:x' },
            { kind: 'Group', name: 'system:serviceaccounts:web-tenant-d' },
            { kind: 'User', name: 'jane' },
          ],
        }),
      },
      {
        namespaces: ['default', 'web-tenant-b', 'web-tenant-c', 'web-tenant-d'],
        all: true,
        isMeant: true,
      },
    ],
    [
      'something of the whole cluster: all',
      { type: 'ADDED', object: object('ClusterRoleBinding', cluster) },
      { namespaces: [], all: true, isMeant: false },
    ],
    [
      'a node that says that it lives: nobody',
      {
        type: 'MODIFIED',
        object: object('Node', { ...cluster, status: { at: 2 } }),
        before: object('Node', { ...cluster, status: { at: 1 } }),
      },
      { namespaces: [], all: false, isMeant: false },
    ],
    [
      'a namespace with other labels: all, since policies select by them',
      {
        type: 'MODIFIED',
        object: object('Namespace', {
          metadata: { name: 'other', labels: { a: 'b' } },
        }),
        before: object('Namespace', { metadata: { name: 'other' } }),
      },
      { namespaces: ['other'], all: true, isMeant: true },
    ],
    [
      'a namespace with another annotation: its own tenant, for its spec',
      {
        type: 'MODIFIED',
        object: object('Namespace', {
          metadata: { name: 'other', annotations: { a: 'b' } },
        }),
        before: object('Namespace', { metadata: { name: 'other' } }),
      },
      { namespaces: ['other'], all: false, isMeant: false },
    ],
  ])('%s', (_, change, expected) => {
    expect(concernOf(change)).toEqual(expected);
  });

  it.each([
    ['CiliumNetworkPolicy', false],
    ['Deployment', false],
    ['ExternalSecret', false],
    ['HTTPRoute', true],
    ['Ingress', true],
    ['IngressRoute', false],
    ['LimitRange', false],
    ['NetworkPolicy', false],
    ['PersistentVolumeClaim', false],
    ['Pod', false],
    ['ResourceQuota', false],
    ['Role', true],
    ['RoleBinding', true],
    ['SecretStore', false],
    ['Service', true],
    ['ServiceAccount', false],
  ])('is every tenant where it is of kind %s: %s', (kind, all) => {
    const before = object(kind);
    const change = (more: object): ObjectChange => ({
      type: 'MODIFIED',
      object: object(kind, more),
      before,
    });
    expect(concernOf({ type: 'ADDED', object: before }).all).toBe(all);
    expect(concernOf({ type: 'DELETED', object: before, before }).all).toBe(
      all,
    );
    expect(
      concernOf(change({ spec: { externalIPs: ['192.0.2.1'] } })).all,
    ).toBe(all);
    // Controllers write that all the time.
    expect(concernOf(change({ status: { at: 2 } })).all).toBe(false);
  });
});
