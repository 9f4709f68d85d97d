import { finder } from '../__fixtures__/plan';
import { testProfile } from '../__fixtures__/platform';
import { MOST_ROUNDS } from '../config/platform';
import { planCanary, planRam } from './canary';
import { plannedObjects, plannedResources } from './planned';

const cluster = testProfile();

describe.each([
  ['the canary', planCanary(cluster), 'web-tenant-canary'],
  ['its test client', planRam(cluster), 'web-tenant-ram'],
])('the namespace of %s', (_, plan, namespace) => {
  const find = finder(plan);

  it('is the platform’s own', () => {
    expect(plan.names.namespace).toBe(namespace);
    expect(find('Namespace', namespace).metadata.labels).toEqual(
      expect.objectContaining({
        'threewalls.io/tenant': plan.spec.name,
        'pod-security.kubernetes.io/enforce': 'restricted',
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
    const objects = plannedObjects(plan);
    expect(
      objects.filter(o => o.kind === 'RoleBinding').map(o => o.metadata.name),
    ).toEqual(['threewalls-portal']);
    expect(objects.some(o => o.kind === 'SecretStore')).toBe(false);
  });
});

describe('planCanary', () => {
  const plan = planCanary(cluster);
  const find = finder(plan);

  it('has nothing in Vault, and no room for what tries', () => {
    const kinds = plannedResources(plan).map(r => r.type);
    expect(new Set(kinds)).toEqual(new Set(['kubernetes']));
    expect(find('ResourceQuota', 'tenant-probe-quota').spec.hard.pods).toBe(
      '0',
    );
  });

  it('runs the proof image as bait', () => {
    const [container] = find('Deployment', 'canary').spec.template.spec
      .containers;
    expect(container.image).toBe(cluster.proofs.image);
    expect(container.command.slice(0, 2)).toEqual(['node', '-e']);
    expect(find('Service', 'canary').spec.ports[0].port).toBe(8080);
  });
});

describe('planRam', () => {
  const plan = planRam(cluster);
  const find = finder(plan);

  it('has a Vault path and role of its own, with nothing of value', () => {
    expect(plan.names).toEqual(
      expect.objectContaining({
        kvPath: 'web-tenant-ram',
        vaultRole: 'tenant-ram',
        loginServiceAccount: 'n8n-ram',
      }),
    );
    expect(plannedResources(plan).find(r => r.type === 'seed')).toEqual(
      expect.objectContaining({
        path: 'web-tenant-ram',
        fields: [{ name: 'canary', from: 'canary' }],
      }),
    );
  });

  it('has room for the rams of as many proofs as may run at once and of a drill, and for nothing else', () => {
    const { hard } = find('ResourceQuota', 'tenant-probe-quota').spec;
    expect(Number(hard.pods)).toBeGreaterThanOrEqual(2 * MOST_ROUNDS);
    expect(hard).toEqual({
      pods: '66',
      'requests.cpu': '3300m',
      'requests.memory': '4224Mi',
      'limits.cpu': '66',
      'limits.memory': '16896Mi',
    });
    expect(find('ResourceQuota', 'tenant-quota').spec.hard.pods).toBe('0');
  });
});
