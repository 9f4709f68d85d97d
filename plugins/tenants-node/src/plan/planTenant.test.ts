import {
  canonicalQuantity,
  OWNER_ANNOTATION,
  SPEC_ANNOTATION,
  TENANT_LABEL,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { renderPlan } from '../apply/renderPlan';
import { changes } from '../__fixtures__/changes';
import { testPlatform, testSpec } from '../__fixtures__/platform';
import { plannedObjects, plannedResources } from './planned';
import { planTenant } from './planTenant';
import { TenantPlan } from './types';

const platform = testPlatform();
const cilium = testPlatform({ network: { provider: 'cilium' } });

const names = fc
  .stringMatching(/^[a-z][-a-z0-9]{0,40}[a-z0-9]$/)
  .filter(name => name !== 'canary' && !name.startsWith('kube-'))
  .filter(name => !['default', 'system', 'platform'].includes(name));

describe('planTenant', () => {
  const egress = { hosts: [], cidrs: ['203.0.113.0/24'] };
  const small = planTenant(testSpec({ egress }), platform);
  const hosts = ['api.saas.test', '*.example.com'];
  const onCilium = planTenant(
    testSpec({ egress: { ...egress, hosts } }),
    cilium,
  );
  const everything = testPlatform({
    network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
    sizes: {
      small: {
        objects: { volumeClaims: 3 },
        container: { ephemeralStorage: { default: '512Mi', max: '3Gi' } },
      },
    },
    n8n: {
      storageClass: 'fast',
      runtimeClassName: 'kata-qemu',
      runtimeOverhead: { cpu: '250m', memory: '160Mi' },
      nodeSelector: { 'example.com/pool': '{{ name }}' },
      tolerations: [
        { key: 'example.com/pool', value: '{{ name }}', effect: 'NoSchedule' },
      ],
      ingress: {
        className: 'nginx',
        host: '{{ name }}.n8n.example.com',
        tlsSecretName: 'n8n-tls',
        annotations: { 'cert-manager.io/cluster-issuer': 'public' },
      },
    },
  });

  it('reads as expected: small', () => {
    expect(stringify(renderPlan(small), { lineWidth: 0 })).toMatchSnapshot();
  });

  it.each([
    [
      'medium from small',
      small,
      testSpec({ size: 'medium', egress }),
      platform,
    ],
    ['large from small', small, testSpec({ size: 'large', egress }), platform],
    ['Cilium from small', small, onCilium.spec, cilium],
    [
      'all that config can ask for from Cilium',
      onCilium,
      testSpec({
        egress: { hosts: ['api.saas.test'], cidrs: ['0.0.0.0/0'] },
        allowInternet: true,
      }),
      everything,
    ],
  ])('differs as expected: %s', (_, from, spec, on) => {
    const [was, is] = [from, planTenant(spec, on)].map(plan =>
      Object.fromEntries(plannedResources(plan).map(r => [r.id, r])),
    );
    expect(changes(was, is)).toMatchSnapshot();
  });

  it.each([platform, cilium])('is all in the files for Git (%#)', on => {
    const plan = planTenant(testSpec({ egress }), on);
    const files = Object.entries(renderPlan(plan));
    const objects = files
      .filter(([path]) => path.startsWith('kubernetes/'))
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([, text]) => parseAllDocuments(text).map(d => d.toJS()));
    expect(objects).toEqual(
      JSON.parse(
        JSON.stringify(
          plan.stages.flatMap(({ resources }) =>
            resources.flatMap(r => (r.type === 'kubernetes' ? r.object : [])),
          ),
        ),
      ),
    );
  });

  it('writes quotas as the API server will, or Git would never be in sync', () => {
    const { stages } = planTenant(testSpec(), platform);
    const quantities = stages.flatMap(({ resources }) =>
      resources.flatMap(r =>
        r.type === 'kubernetes' && r.object.kind === 'ResourceQuota'
          ? Object.values<string>((r.object.spec as any).hard)
          : [],
      ),
    );
    expect(quantities.length).toBeGreaterThan(10);
    expect(quantities).toEqual(quantities.map(canonicalQuantity));
  });

  it('puts up every wall before anything can run', () => {
    const { stages } = planTenant(testSpec(), platform);
    const order = stages.map(s => s.name);
    const stageOf = (kind: string) =>
      stages.findIndex(s => s.resources.some(r => r.id.startsWith(kind)));
    expect(order).toEqual([
      'namespace',
      'walls',
      'identity',
      'store',
      'secret',
      'workload',
    ]);
    for (const wall of ['NetworkPolicy', 'ResourceQuota', 'LimitRange']) {
      expect(stageOf(wall)).toBeLessThan(stageOf('ServiceAccount'));
      expect(stageOf(wall)).toBeLessThan(stageOf('Deployment'));
    }
  });

  it('never names another tenant, and shares nothing with it', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        fc.pre(a !== b);
        const planA = planTenant(testSpec({ name: a }), cilium);
        const planB = planTenant(testSpec({ name: b }), cilium);
        const ids = (plan: TenantPlan) =>
          plannedResources(plan).map(r =>
            r.type === 'kubernetes'
              ? `${r.object.kind} ${r.object.metadata.namespace ?? ''}/${
                  r.object.metadata.name
                }`
              : r.path,
          );
        const idsOfB = new Set(ids(planB));
        expect(ids(planA).filter(id => idsOfB.has(id))).toEqual([]);
        const text = JSON.stringify(planA.stages);
        const whole = new RegExp(`web-tenant-${b}(?![-a-z0-9])`);
        expect(whole.test(text)).toBe(false);
      }),
    );
  });

  it('labels every object with its tenant and owner, in its own namespace', () => {
    fc.assert(
      fc.property(
        names,
        fc.constantFrom('small', 'medium', 'large'),
        (name, size) => {
          const plan = planTenant(testSpec({ name, size }), cilium);
          for (const { kind, metadata } of plannedObjects(plan)) {
            expect(metadata.labels).toMatchObject({
              'app.kubernetes.io/managed-by': 'threewalls',
              [TENANT_LABEL]: name,
            });
            expect(metadata.annotations).toMatchObject({
              [OWNER_ANNOTATION]: 'group:default/acme-team',
            });
            expect(metadata.namespace).toBe(
              kind === 'Namespace' ? undefined : `web-tenant-${name}`,
            );
          }
        },
      ),
    );
  });

  it('round-trips its spec through the namespace', () => {
    fc.assert(
      fc.property(names, name => {
        const spec = testSpec({ name, email: 'a@example.com' });
        const [namespace] = plannedObjects(planTenant(spec, platform));
        const text = namespace.metadata.annotations![SPEC_ANNOTATION];
        expect(
          planTenant(JSON.parse(text) as TenantSpec, platform).spec,
        ).toEqual(spec);
      }),
    );
  });

  const toHost = (host: string) => ({ egress: { hosts: [host], cidrs: [] } });
  const toRange = (cidr: string) => ({ egress: { hosts: [], cidrs: [cidr] } });
  it.each<[string, Partial<TenantSpec>, RegExp]>([
    ['no name', { name: '' }, /needs a name/],
    ['upper case', { name: 'Acme' }, /lower-case/],
    ['unicode', { name: 'acmé' }, /lower-case/],
    ['leading dash', { name: '-a' }, /lower-case/],
    ['trailing dash', { name: 'a-' }, /lower-case/],
    ['too long', { name: 'a'.repeat(53) }, /52 characters at most/],
    ['reserved', { name: 'canary' }, /reserved/],
    ['reserved prefix', { name: 'kube-x' }, /reserved/],
    ['injected policy', { name: 'a"}\npath "*"' }, /lower-case/],
    ['unknown size', { size: 'huge' }, /no size huge/],
    ['a size of Object’s', { size: 'constructor' }, /no size constructor/],
    ['unknown cluster', { cluster: 'moon' }, /No cluster moon/],
    ['an owner that is no ref', { owner: 'acme"}' }, /entity ref/],
    ['a host that is none', toHost('a b'), /host name/],
    ['a range that is none', toRange('1.2.3.4/33'), /IPv4 range/],
    ['hosts without Cilium', toHost('a.test'), /cilium/],
    ['the internet', toRange('0.0.0.0/0'), /allowInternet/],
    ['half the internet', toRange('128.0.0.0/1'), /allowInternet/],
    ['the pods', toRange('198.18.128.0/17'), /overlaps 198.18.0.0\/15/],
    ['around the pods', toRange('198.0.0.0/8'), /overlaps/],
    ['metadata', toRange('169.254.169.254/32'), /overlaps/],
    ['an e-mail that is none', { email: 'nobody' }, /e-mail/],
  ])('refuses %s', (_, over, message) => {
    expect(() => planTenant(testSpec(over), platform)).toThrow(message);
  });

  it('lets a name be the prefix of another', () => {
    const { names: found } = planTenant(testSpec({ name: 'acm' }), platform);
    expect(found.vaultPolicy).toBe('tenant-acm');
  });
});
