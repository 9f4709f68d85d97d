import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { tenantPlan } from '../__fixtures__/plan';
import {
  clusterConfig,
  testPlatform,
  testSpec,
} from '../__fixtures__/platform';
import { PLANNED } from '../config/extraObjects';
import { changedFields } from './live/changedFields';
import { plannedObjects, plannedResources } from './planned';
import { planTenant } from './planTenant';

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'about' },
};
const MONITOR = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: { name: 'metrics' },
};
const PULL_SECRET = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'registry' },
  spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'registry' } },
};
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

const plan = (...extraObjects: object[]) => tenantPlan({ extraObjects });
const ids = (of: ReturnType<typeof plan>) =>
  plannedResources(of.plan).map(({ id }) => id);

describe('extra objects', () => {
  it('are a part of the plan, in the tenant’s namespace and with its labels', () => {
    const before = ids(plan());
    const made = plan(
      { ...CONFIG_MAP, data: { a: 'b' } },
      MONITOR,
      PULL_SECRET,
    );
    const added = plannedResources(made.plan).filter(
      ({ id }) => !before.includes(id),
    );
    expect(added.map(({ id, wall }) => [id, wall])).toEqual([
      ['ConfigMap about', undefined],
      ['PodMonitor metrics', undefined],
      // By these a wall can be opened.
      ['ExternalSecret registry', 'secret'],
    ]);
    expect(added[0]).toMatchObject({
      object: {
        ...CONFIG_MAP,
        metadata: {
          name: 'about',
          namespace: 'web-tenant-acme',
          labels: { 'threewalls.io/tenant': 'acme' },
          annotations: { 'threewalls.io/owner': 'group:default/acme-team' },
        },
        data: { a: 'b' },
      },
    });
    // Where n8n needs them they are there before it.
    const all = ids(made);
    expect(all.indexOf('ConfigMap about')).toBeLessThan(
      all.indexOf('Deployment n8n'),
    );
  });

  it('write labels and annotations on the tenant’s Namespace, and none of its own away', () => {
    const [bare] = plan().objects;
    const [namespace] = plan({
      ...NAMESPACE,
      metadata: {
        labels: { 'example.com/team': '{{ tenant.ownerName }}' },
        annotations: { 'example.com/owner': '{{ tenant.owner }}' },
      },
    }).objects;
    expect(namespace.metadata.labels).toEqual({
      ...bare.metadata.labels,
      'example.com/team': 'acme-team',
    });
    expect(namespace.metadata.annotations).toEqual({
      ...bare.metadata.annotations,
      'example.com/owner': 'group:default/acme-team',
    });
  });

  it('say in any text whose they are, and leave templates of their own alone', () => {
    const data = {
      all: '{{ tenant.name }} {{tenant.namespace}} {{ tenant.size }} {{ tenant.cluster }} {{ tenant.kvPath }} {{ tenant.vaultRole }}',
      own: '{{ .password | toString }} {{ $value }} {{ end }}',
      deep: [{ list: ['{{ tenant.name }}'] }, 1, true],
    };
    const object = plan({ ...CONFIG_MAP, data }).find('ConfigMap');
    expect(object.data).toEqual({
      all: 'acme web-tenant-acme small lab web-tenant-acme tenant-acme',
      own: data.own,
      deep: [{ list: ['acme'] }, 1, true],
    });
  });

  it('hold no more than their texts say, whatever a tenant’s values are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('$&', '{{ tenant.name }}', "'\n- evil: true", '$1'),
        (before, after) => {
          const text = `${before.replaceAll('{', '')}{{ tenant.owner }}`;
          const owner = 'user:default/a';
          const { find } = tenantPlan(
            { extraObjects: [{ ...CONFIG_MAP, data: { text, after } }] },
            { owner },
          );
          expect(find('ConfigMap').data).toEqual({
            text: text.replace('{{ tenant.owner }}', () => owner),
            after: after.replace('{{ tenant.name }}', 'acme'),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are each cluster’s own where it has any', () => {
    const platform = testPlatform({ extraObjects: [CONFIG_MAP] });
    const clusters = [
      clusterConfig({ name: 'plain' }),
      clusterConfig({ name: 'other', extraObjects: [MONITOR] }),
    ];
    const two = testPlatform({ extraObjects: [CONFIG_MAP], clusters });
    const kinds = (cluster: string, of = two) =>
      plannedObjects(
        planTenant(testSpec({ cluster }), of),
        'ConfigMap',
        'PodMonitor',
      ).map(({ kind }) => kind);
    expect(kinds('lab', platform)).toEqual(['ConfigMap']);
    expect([kinds('plain'), kinds('other')]).toEqual([
      ['ConfigMap'],
      ['PodMonitor'],
    ]);
  });

  it('know the names of all of the plan’s own of their kinds', () => {
    const own = plan()
      .objects.filter(({ kind }) => /^(ServiceAccount|Ext|Config)/.test(kind))
      .map(({ metadata }) => metadata.name);
    expect(own).toHaveLength(3);
    expect(own.filter(name => !PLANNED.test(name))).toEqual([]);
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: '{{ tenant.name }}' },
    };
    expect(() =>
      tenantPlan({ extraObjects: [account] }, { name: 'n8n' }),
    ).toThrow(/for tenant n8n ServiceAccount n8n is the plan's own/);
  });

  it('of External Secrets are as planned with the defaults that the API server adds', () => {
    const [, extra] = plannedObjects(plan(PULL_SECRET).plan, 'ExternalSecret');
    const live: any = {
      ...extra,
      spec: {
        ...PULL_SECRET.spec,
        refreshInterval: '1h',
        target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      },
    };
    expect(changedFields(extra, live)).toEqual([]);
    live.spec.target.name = 'n8n';
    expect(changedFields(extra, live)).toHaveLength(1);
  });

  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } };
  const of = (apiVersion: string, kind: string) => ({
    apiVersion,
    kind,
    metadata: { name: 'a' },
  });
  const named = (name: unknown) => ({ ...CONFIG_MAP, metadata: { name } });
  const labelled = (key: string, value = 'a') => ({
    ...NAMESPACE,
    metadata: { labels: { [key]: value } },
  });
  it.each<[object, RegExp]>([
    [secret, /extraObjects\[0\]\.kind: a Secret has no place in config/],
    ...[
      ['v1', 'Pod'],
      ['v1', 'ResourceQuota'],
      ['v1', 'Service'],
      ['v1', 'PersistentVolume'],
      ['apps/v1', 'StatefulSet'],
      ['batch/v1', 'CronJob'],
      ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
      ['cilium.io/v2', 'CiliumNetworkPolicy'],
      ['crd.projectcalico.org/v1', 'NetworkPolicy'],
      ['crd.antrea.io/v1', 'NetworkPolicy'],
      ['k8s.ovn.org/v1', 'EgressFirewall'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
      ['external-secrets.io/v1', 'SecretStore'],
      ['external-secrets.io/v1', 'ClusterExternalSecret'],
      ['external-secrets.io/v1alpha1', 'PushSecret'],
      ['external-secrets.io/v1beta1', 'ExternalSecret'],
      ['generators.external-secrets.io/v1alpha1', 'Password'],
      ['example.com/v1', 'ServiceAccount'],
    ].map(([version, kind]): [object, RegExp] => [
      of(version, kind),
      new RegExp(`kind: ${kind} \\(${version}\\) may not be added`),
    ]),
    [named('n8n'), /metadata\.name: n8n is a name of the plan's own/],
    [named('n8n-{{ tenant.name }}'), /n8n-acme is a name of the plan's own/],
    [named(undefined), /metadata\.name: none is not a name/],
    [named('A_b'), /A_b is not a name/],
    [named('{{ tenant.owner }}'), /group:default\/acme-team is not a name/],
    [
      named('{{ tenant.nmae }}'),
      /metadata\.name: \{\{ tenant\.nmae \}\} is nothing: did you mean tenant\.name\?/,
    ],
    [
      { ...CONFIG_MAP, data: { a: ['{{ name }}'] } },
      /data\.a\[0\]: \{\{ name \}\} is nothing: did you mean tenant\.name\?/,
    ],
    [
      { ...CONFIG_MAP, metadata: { name: 'a', namespace: 'b' } },
      /namespace is no setting/,
    ],
    [{ ...NAMESPACE, spec: {} }, /spec: the tenant's own Namespace is meant/],
    [{ ...NAMESPACE, metadata: { name: 'a' } }, /own Namespace is meant/],
    [labelled('threewalls.io/tenant'), /is the portal's own/],
    [labelled('pod-security.kubernetes.io/enforce'), /is the portal's own/],
    [labelled('app.kubernetes.io/managed-by'), /is the portal's own/],
    [labelled('a b'), /a b is not the key of a label/],
    [labelled('a', '{{ tenant.owner }}'), /is not the value of a label/],
    [
      { ...PULL_SECRET, spec: { target: { name: 'n8n' } } },
      /spec\.target\.name: n8n is n8n's own Secret/,
    ],
    ['text' as any, / has to be a manifest/],
  ])('refuse %j', (object, message) => {
    expect(() => plan(object)).toThrow(message);
  });

  it('are read as docs/configuration.md has them', () => {
    const file = resolve(__dirname, '../../../../docs/configuration.md');
    const blocks = [
      ...readFileSync(file, 'utf8').matchAll(/^```yaml\n(tenants:[^]*?)^```/gm),
    ].map(([, text]) => parse(text).tenants);
    const examples = blocks.filter(
      ({ extraObjects, proofs }) => extraObjects ?? proofs?.targets,
    );
    expect(examples).toHaveLength(2);
    const { objects } = tenantPlan(Object.assign({}, ...examples));
    expect(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ).toEqual(
      expect.arrayContaining([
        'ExternalSecret registry',
        'PodMonitor metrics-of-acme',
      ]),
    );
  });

  it('refuse two of a name, and a kind in two versions', () => {
    expect(() => plan(CONFIG_MAP, CONFIG_MAP)).toThrow(
      /extraObjects\[1\]: there are two of ConfigMap about/,
    );
    const other = { ...MONITOR, apiVersion: 'azmonitoring.coreos.com/v1' };
    expect(() => plan(MONITOR, { ...other, metadata: { name: 'b' } })).toThrow(
      /another PodMonitor is azmonitoring/,
    );
  });
});
