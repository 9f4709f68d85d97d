import { testCluster } from '../prove/__fixtures__/side';
import { testPlatform } from '../__fixtures__/platform';
import { planCanary } from './canary';

describe('planCanary', () => {
  const platform = testPlatform();
  const plan = planCanary(testCluster(platform), platform);
  const objects = plan.stages.flatMap(stage =>
    stage.resources.flatMap(r => (r.type === 'kubernetes' ? [r.object] : [])),
  );
  const find = (kind: string, name: string) =>
    objects.find(o => o.kind === kind && o.metadata.name === name) as any;

  it('is a namespace of its own, with a Vault path and role of its own', () => {
    expect(plan.names).toEqual(
      expect.objectContaining({
        namespace: 'web-tenant-canary',
        kvPath: 'web-tenant-canary',
        vaultRole: 'tenant-canary',
        loginServiceAccount: 'n8n-canary',
      }),
    );
    expect(find('Namespace', 'web-tenant-canary').metadata.labels).toEqual(
      expect.objectContaining({
        'threewalls.io/tenant': 'canary',
        'pod-security.kubernetes.io/enforce': 'restricted',
      }),
    );
    expect(
      plan.stages.flatMap(s => s.resources).find(r => r.type === 'seed'),
    ).toEqual(
      expect.objectContaining({
        path: 'web-tenant-canary',
        fields: [{ name: 'canary', from: 'canary' }],
      }),
    );
  });

  it('is open to everyone, and owned by nobody', () => {
    expect(find('NetworkPolicy', 'canary-open').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
      egress: [{}],
      ingress: [{}],
    });
    expect(
      objects.filter(o => o.kind === 'RoleBinding').map(o => o.metadata.name),
    ).toEqual(['threewalls-portal']);
    expect(objects.some(o => o.kind === 'SecretStore')).toBe(false);
  });

  it('has room for the rams of as many proofs as may run at once', () => {
    const { hard } = find('ResourceQuota', 'tenant-probe-quota').spec;
    expect(Number(hard.pods)).toBeGreaterThanOrEqual(
      platform.proofs.concurrency,
    );
    expect(hard).toEqual({
      pods: '8',
      'requests.cpu': '400m',
      'requests.memory': '512Mi',
      'limits.cpu': '8',
      'limits.memory': '2048Mi',
    });
  });

  it('runs the proof image as bait', () => {
    const [container] = find('Deployment', 'canary').spec.template.spec
      .containers;
    expect(container.image).toBe(platform.proofs.image);
    expect(container.command.slice(0, 2)).toEqual(['node', '-e']);
    expect(find('Service', 'canary').spec.ports[0].port).toBe(8080);
  });
});
