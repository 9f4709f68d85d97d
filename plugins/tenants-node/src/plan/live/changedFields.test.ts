import fc from 'fast-check';
import { tenantPlan } from '../../__fixtures__/plan';
import { KubernetesObject } from '../types';
import { changedFields } from './changedFields';
import { changedVaultFields } from './vault';

const { objects, vault } = tenantPlan({
  network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
  n8n: { ingress: { host: '{{ name }}.example.com' } },
});
const byKind = (kind: string, name?: string) =>
  objects.find(
    o => o.kind === kind && (!name || o.metadata.name === name),
  ) as any;

/** A copy of an object with something changed in it. */
function changed(object: any, change: (copy: any) => void): any {
  const copy = structuredClone(object);
  change(copy);
  return copy;
}

const paths = (planned: KubernetesObject, live: KubernetesObject) =>
  changedFields(planned, live).map(({ path }) => path.join('.'));

describe('a live object is as planned', () => {
  const deployment = byKind('Deployment');
  const quota = byKind('ResourceQuota', 'tenant-quota');
  const policy = byKind('NetworkPolicy');
  const namespace = byKind('Namespace');
  const account = byKind('ServiceAccount');
  const ingress = byKind('Ingress');
  const service = byKind('Service');
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

  it.each<[string, any, (copy: any) => void, string[]]>([
    [
      'a quota that was raised',
      quota,
      copy => (copy.spec.hard['limits.memory'] = '2049Mi'),
      ['spec.hard.limits.memory'],
    ],
    [
      'a bound that was taken out',
      quota,
      copy => delete copy.spec.hard.pods,
      ['spec.hard.pods'],
    ],
    [
      'a scope that leaves more out',
      quota,
      copy => (copy.spec.scopes = ['NotTerminating']),
      ['spec.scopes'],
    ],
    [
      'a rule that was added',
      policy,
      copy => copy.spec.egress.push({}),
      [`spec.egress.${policy.spec.egress.length}`],
    ],
    [
      'a rule without its ports',
      policy,
      copy => delete copy.spec.egress[1].ports,
      ['spec.egress.1.ports'],
    ],
    [
      'PodSecurity lowered',
      namespace,
      copy =>
        (copy.metadata.labels['pod-security.kubernetes.io/enforce'] =
          'baseline'),
      ['metadata.labels.pod-security.kubernetes.io/enforce'],
    ],
    [
      'PodSecurity pinned to an old version',
      namespace,
      copy =>
        (copy.metadata.labels['pod-security.kubernetes.io/enforce-version'] =
          'v1.20'),
      ['metadata.labels.pod-security.kubernetes.io/enforce-version'],
    ],
    [
      'the namespace’s spec rewritten',
      namespace,
      copy => (copy.metadata.annotations['threewalls.io/spec'] = '{}'),
      ['metadata.annotations.threewalls.io/spec'],
    ],
    [
      'n8n on the node’s network',
      deployment,
      copy => (pod(copy).hostNetwork = true),
      ['spec.template.spec.hostNetwork'],
    ],
    [
      'n8n with a token',
      deployment,
      copy => delete pod(copy).automountServiceAccountToken,
      ['spec.template.spec.automountServiceAccountToken'],
    ],
    [
      'n8n as another account',
      deployment,
      copy => (pod(copy).serviceAccountName = 'default'),
      ['spec.template.spec.serviceAccountName'],
    ],
    [
      'another container beside n8n',
      deployment,
      copy => pod(copy).containers.push({ name: 'more' }),
      ['spec.template.spec.containers.1'],
    ],
    [
      'an init container',
      deployment,
      copy => (pod(copy).initContainers = [{ name: 'first' }]),
      ['spec.template.spec.initContainers'],
    ],
    [
      'another label on n8n’s pods',
      deployment,
      copy => (copy.spec.template.metadata.labels.role = 'friend'),
      ['spec.template.metadata.labels.role'],
    ],
    [
      'another annotation on n8n’s pods',
      deployment,
      copy =>
        (copy.spec.template.metadata.annotations = {
          'sidecar.istio.io/inject': 'true',
        }),
      ['spec.template.metadata.annotations'],
    ],
    [
      'a default that is none',
      deployment,
      copy => (pod(copy).dnsPolicy = 'None'),
      ['spec.template.spec.dnsPolicy'],
    ],
    [
      'an account with an identity in a cloud',
      account,
      copy =>
        (copy.metadata.annotations['eks.amazonaws.com/role-arn'] = 'arn:x'),
      ['metadata.annotations.eks.amazonaws.com/role-arn'],
    ],
    [
      'an Ingress with rules of its own',
      ingress,
      copy =>
        (copy.metadata.annotations['nginx.ingress.kubernetes.io/snippet'] =
          'x'),
      ['metadata.annotations.nginx.ingress.kubernetes.io/snippet'],
    ],
    [
      'a Service of another type',
      service,
      copy => Object.assign(copy.spec, { type: 'NodePort' }),
      ['spec.type'],
    ],
    [
      'a Service with outside addresses',
      service,
      copy => Object.assign(copy.spec, { externalIPs: ['192.0.2.1'] }),
      ['spec.externalIPs'],
    ],
    [
      'a RoleBinding with one subject more',
      byKind('RoleBinding', 'threewalls-owner'),
      copy => copy.subjects.push({ kind: 'User', name: 'mallory' }),
      ['subjects.1'],
    ],
  ])('and is not: %s', (_, planned, change, expected) => {
    expect(paths(planned, changed(planned, change))).toEqual(expected);
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
    const set = (tree: any, [key, ...rest]: string[], value: unknown): void => {
      if (rest.length > 0) {
        set(tree[key], rest, value);
      } else if (value === undefined && !Array.isArray(tree)) {
        delete tree[key];
      } else {
        tree[key] = value;
      }
    };
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
