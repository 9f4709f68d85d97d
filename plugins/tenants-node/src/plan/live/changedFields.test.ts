import fc from 'fast-check';
import { tenantPlan } from '../../__fixtures__/plan';
import { KubernetesObject } from '../types';
import { changedFields } from './changedFields';
import { changedVaultFields } from './vault';

const { objects, find, vault } = tenantPlan({
  network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
  n8n: { ingress: { host: '{{ name }}.example.com' } },
});

/** A copy of an object with something changed in it. */
function changed(object: any, change: (copy: any) => void): any {
  const copy = structuredClone(object);
  change(copy);
  return copy;
}

/** Sets a field, or takes it out. */
function set(tree: any, [key, ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    set(tree[key], rest, value);
  } else if (value === undefined && !Array.isArray(tree)) {
    delete tree[key];
  } else {
    tree[key] = value;
  }
}

const paths = (planned: KubernetesObject, live: KubernetesObject) =>
  changedFields(planned, live).map(({ path }) => path.join('.'));

describe('a live object is as planned', () => {
  const deployment = find('Deployment');
  const quota = find('ResourceQuota', 'tenant-quota');
  const policy = find('NetworkPolicy');
  const namespace = find('Namespace');
  const account = find('ServiceAccount');
  const ingress = find('Ingress');
  const service = find('Service');
  const pod = (copy: any) => copy.spec.template.spec;

  it.each<[string, any, (copy: any) => void]>([
    ['itself', deployment, () => {}],
    [
      'with what the API server keeps for itself',
      quota,
      copy => {
        copy.status = { used: { pods: '1' } };
        Object.assign(copy.metadata, {
          uid: 'u1',
          resourceVersion: '5',
          managedFields: [],
          creationTimestamp: 'now',
          generation: 2,
        });
      },
    ],
    [
      'with another’s labels and annotations, where they mean nothing',
      quota,
      copy => {
        copy.metadata.labels.team = 'a';
        copy.metadata.annotations['example.com/seen'] = 'yes';
      },
    ],
    [
      'with quantities in another hand',
      quota,
      copy => {
        copy.spec.hard['limits.memory'] = '2048Mi';
        copy.spec.hard['requests.cpu'] = '1000m';
        copy.spec.hard.pods = 10;
      },
    ],
    [
      'with the schema’s defaults',
      deployment,
      copy => {
        copy.spec.progressDeadlineSeconds = 600;
        copy.spec.template.metadata.creationTimestamp = null;
        Object.assign(pod(copy), {
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          serviceAccount: 'n8n',
          terminationGracePeriodSeconds: 30,
        });
        Object.assign(pod(copy).containers[0], {
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        });
        Object.assign(pod(copy).containers[0].readinessProbe, {
          successThreshold: 1,
        });
        pod(copy).containers[0].readinessProbe.httpGet.scheme = 'HTTP';
      },
    ],
    ['scaled to nothing', deployment, copy => (copy.spec.replicas = 0)],
    [
      'restarted',
      deployment,
      copy =>
        (copy.spec.template.metadata.annotations = {
          'kubectl.kubernetes.io/restartedAt': 'now',
        }),
    ],
    [
      'a Service with its address',
      service,
      copy =>
        Object.assign(copy.spec, {
          clusterIP: '10.0.0.1',
          clusterIPs: ['10.0.0.1'],
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          internalTrafficPolicy: 'Cluster',
          sessionAffinity: 'None',
        }),
    ],
    [
      'a namespace that the API server has labelled',
      namespace,
      copy => {
        copy.metadata.labels['kubernetes.io/metadata.name'] = 'x';
        copy.spec = { finalizers: ['kubernetes'] };
      },
    ],
    [
      'an Ingress that a certificate is made for',
      ingress,
      copy =>
        (copy.metadata.annotations['cert-manager.io/issuer'] = 'internal'),
    ],
  ])('%s', (_, planned, change) => {
    expect(paths(planned, changed(planned, change))).toEqual([]);
  });

  const pods = 'spec template';
  const podSecurity = 'pod-security.kubernetes.io/enforce';
  const owner = find('RoleBinding', 'threewalls-owner');
  const { egress } = policy.spec;
  it.each<[string, any, path: string, value: unknown]>([
    ['a quota that was raised', quota, 'spec hard limits.memory', '2049Mi'],
    ['a bound that was taken out', quota, 'spec hard pods', undefined],
    ['a scope that leaves more out', quota, 'spec scopes', ['NotTerminating']],
    ['a rule that was added', policy, `spec egress ${egress.length}`, {}],
    ['a rule without its ports', policy, 'spec egress 1 ports', undefined],
    [
      'PodSecurity lowered',
      namespace,
      `metadata labels ${podSecurity}`,
      'baseline',
    ],
    [
      'PodSecurity pinned to an old version',
      namespace,
      `metadata labels ${podSecurity}-version`,
      'v1.20',
    ],
    [
      'the namespace’s spec rewritten',
      namespace,
      'metadata annotations threewalls.io/spec',
      '{}',
    ],
    ['n8n on the node’s network', deployment, `${pods} spec hostNetwork`, true],
    [
      'n8n with a token',
      deployment,
      `${pods} spec automountServiceAccountToken`,
      undefined,
    ],
    [
      'n8n as another account',
      deployment,
      `${pods} spec serviceAccountName`,
      'default',
    ],
    [
      'another container beside n8n',
      deployment,
      `${pods} spec containers 1`,
      { name: 'more' },
    ],
    [
      'an init container',
      deployment,
      `${pods} spec initContainers`,
      [{ name: 'first' }],
    ],
    [
      'another label on n8n’s pods',
      deployment,
      `${pods} metadata labels role`,
      'friend',
    ],
    [
      'another annotation on n8n’s pods',
      deployment,
      `${pods} metadata annotations`,
      { 'sidecar.istio.io/inject': 'true' },
    ],
    ['a default that is none', deployment, `${pods} spec dnsPolicy`, 'None'],
    [
      'an account with an identity in a cloud',
      account,
      'metadata annotations eks.amazonaws.com/role-arn',
      'arn:x',
    ],
    [
      'an Ingress with rules of its own',
      ingress,
      'metadata annotations nginx.ingress.kubernetes.io/snippet',
      'x',
    ],
    ['a Service of another type', service, 'spec type', 'NodePort'],
    [
      'a Service with outside addresses',
      service,
      'spec externalIPs',
      ['192.0.2.1'],
    ],
    [
      'a RoleBinding with one subject more',
      owner,
      'subjects 1',
      { kind: 'User', name: 'mallory' },
    ],
  ])('and is not: %s', (_, planned, text, value) => {
    const path = text.split(' ');
    const live = changed(planned, copy => set(copy, path, value));
    expect(paths(planned, live)).toEqual([path.join('.')]);
  });
});

/** Every field of a tree that has a value, by its path. */
function leaves(value: any, path: string[] = []): string[][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, child]) =>
        leaves(child, [...path, key]),
      )
    : [path];
}

describe('any change to a field of any planned object', () => {
  const FREE = /^(metadata\.(name|namespace)|spec\.replicas$|spec\.resources)/;
  const cases = objects.flatMap(object =>
    leaves(object)
      .filter(path => !['apiVersion', 'kind'].includes(path[0]))
      .filter(
        path =>
          !(
            FREE.test(path.join('.')) &&
            ['Deployment', 'PersistentVolumeClaim'].includes(object.kind)
          ),
      )
      .map(path => ({ object, path })),
  );

  it.each(['another value', 'no value'])('is seen: %s', how => {
    const missed = fc
      .sample(fc.constantFrom(...cases), 500)
      .filter(({ object, path }) => {
        const live = structuredClone(object);
        set(live, path, how === 'no value' ? undefined : '7777');
        return changedFields(object, live).length === 0;
      });
    // An empty text is as good as none.
    expect(
      missed.filter(({ object, path }) => {
        const value = path.reduce((tree: any, key) => tree[key], object);
        return value !== '';
      }),
    ).toEqual([]);
  });

  it('is seen where something is added to any list or map', () => {
    const trees = objects.flatMap(object =>
      [
        ...new Set(
          leaves(object).flatMap(p => p.map((_, i) => p.slice(0, i).join(' '))),
        ),
      ]
        .filter(path => path !== '' && !path.startsWith('metadata'))
        .map(path => ({ object, path: path.split(' ') })),
    );
    const missed = trees.filter(({ object, path }) => {
      const live = structuredClone(object);
      const tree = path.reduce((t: any, key) => t[key], live);
      if (Array.isArray(tree)) {
        tree.push({ more: true });
      } else {
        tree.more = true;
      }
      return changedFields(object, live).length === 0;
    });
    expect(
      missed.map(({ object, path }) => `${object.kind} ${path.join('.')}`),
    ).toEqual([
      // A claim keeps the size that it was made with.
      'PersistentVolumeClaim spec.resources',
      'PersistentVolumeClaim spec.resources.requests',
    ]);
  });
});

describe('Vault’s objects are as planned', () => {
  const role = vault.find(({ path }) => path.includes('/role/'))!;
  const live: Record<string, unknown> = {
    ...role.body,
    token_bound_cidrs: [],
    token_period: 0,
    ttl: role.body.token_ttl,
  };

  it('as Vault writes them out', () => {
    expect(changedVaultFields(role, live)).toEqual([]);
  });

  it.each([
    { bound_service_account_namespaces: ['*'] },
    { audience: '' },
    { token_period: 60 },
    { token_bound_cidrs: ['0.0.0.0/0'] },
    { policies: ['root'] },
    { ttl: 1 },
    { a_new_field: 'x' },
  ])('and are not: %j', change => {
    expect(
      changedVaultFields(role, { ...live, ...change }).map(c => c.path),
    ).toEqual([Object.keys(change)]);
  });
});
