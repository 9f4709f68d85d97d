import { testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { PodFacts } from '../types';
import { CHECKS, planChecks, requirementsOf } from './checks';

/** The catalogue, as it is documented. */
const CATALOGUE = `
  net.own-service net.dns net.vault net.egress-allowed net.own-node
  net.canary-egress
  net.canary-ingress net.neighbour-service net.neighbour-pod
  net.neighbour-ingress net.dns-elsewhere net.dns-names net.metadata net.kube-api net.kubelet
  net.internet net.as-planned net.no-widening net.who-can
  sec.login sec.token-policies sec.own-path sec.canary-data sec.canary-metadata
  sec.canary-list sec.canary-subkeys sec.neighbour-data sec.list-root
  sec.neighbour-role sec.wrong-audience sec.prefix-twin sec.capabilities
  sec.escalate sec.as-planned sec.other-roles
  sec.other-mounts sec.other-policies sec.store-ready sec.no-other-store
  sec.eso-neighbour
  sec.k8s-secrets sec.who-can sec.access-review
  res.legal-pod res.defaults res.container-max res.init-container-max
  res.pod-level res.quota-memory res.quota-cpu res.quota-objects res.as-planned
  res.workload res.pods-restricted res.quota-used
  res.privileged res.host-namespaces res.host-path res.who-can
  res.hold res.runtime-class res.placement`
  .trim()
  .split(/\s+/);

const OF_A_NEIGHBOUR = [
  'net.neighbour-service',
  'net.neighbour-pod',
  'net.neighbour-ingress',
  'sec.neighbour-data',
];

/** The plans of this project declare neither. */
const NOT_DECLARED = ['res.runtime-class', 'res.placement'];

const tried = (side = testSide()) =>
  planChecks(side)
    .filter(({ attempts }) => attempts.length > 0)
    .map(({ check }) => check.id);

const attempts = (id: string, side = testSide()) =>
  planChecks(side).find(({ check }) => check.id === id)!.attempts;

describe('the catalogue of checks', () => {
  it('has every check, once', () => {
    expect(CHECKS.map(({ id }) => id)).toEqual(CATALOGUE);
  });

  it('says in a sentence why each matters', () => {
    for (const { id, title, why } of CHECKS) {
      expect([id, title.length > 10, why.length > 20]).toEqual([
        id,
        true,
        true,
      ]);
      expect(why).not.toMatch(/\.$/);
    }
  });

  it('tries all of them of a pair', () => {
    const side = testSide();
    side.tenant.plan.spec.egress.hosts = ['api.saas.test', '*.example.com'];
    expect(tried(side)).toEqual(
      CATALOGUE.filter(id => !NOT_DECLARED.includes(id)),
    );
  });

  it('tries nothing of a neighbour where there is none', () => {
    const alone = tried(testSide({ neighbour: undefined }));
    expect(OF_A_NEIGHBOUR.filter(id => alone.includes(id))).toEqual([]);
    expect(alone).toContain('net.canary-ingress');
  });

  it('says why it tries nothing, and only where that may be', () => {
    const side = testSide({ neighbour: undefined });
    const nothing = planChecks(side).filter(p => p.attempts.length === 0);
    expect(nothing.map(({ check }) => check.id)).toEqual([
      'net.egress-allowed',
      ...OF_A_NEIGHBOUR,
      ...NOT_DECLARED,
    ]);
    for (const { check, because } of nothing) {
      expect([check.id, check.optional, because?.summary.length]).toEqual([
        check.id,
        true,
        expect.any(Number),
      ]);
    }
  });

  it('requires something of every check, also of one that finds nothing to try', () => {
    const side = testSide({ kubelets: [] });
    const required = requirementsOf(side);
    expect([...new Set(required.map(r => r.check))]).toEqual(CATALOGUE);
    expect(required.filter(r => r.check === 'net.kubelet')).toEqual([
      expect.objectContaining({ id: 'net.kubelet', optional: false }),
    ]);
    const globex = required.find(r => r.id.includes('tenant-globex vault'));
    const canary = required.find(r => r.id.includes('tenant-ram vault'));
    expect([globex?.optional, canary?.optional]).toEqual([true, false]);
  });

  it('asks for two witnesses of every connect that has to be denied', () => {
    const connects = planChecks(testSide())
      .filter(({ check }) => check.wall === 'network')
      .filter(({ check }) => check.kind === 'barrier')
      .flatMap(p => p.attempts)
      .filter(({ by }) => by !== 'kubernetes');
    expect(connects.length).toBeGreaterThan(10);
    for (const { errands = [] } of connects) {
      expect(errands.filter(errand => 'says' in errand)).toHaveLength(2);
    }
  });

  it('proves the sandbox and the nodes where the plan declares them', async () => {
    const side = testSide();
    for (const stage of side.tenant.plan.stages) {
      for (const resource of stage.resources) {
        if (
          resource.type === 'kubernetes' &&
          resource.object.kind === 'Deployment'
        ) {
          Object.assign((resource.object.spec as any).template.spec, {
            runtimeClassName: 'gvisor',
            nodeSelector: { pool: 'acme' },
          });
        }
      }
    }
    const outcomes = (facts: PodFacts, node?: object) =>
      Promise.all(
        ['res.runtime-class', 'res.placement'].map(async id => {
          const { outcome } = await attempts(id, side)[0].run({
            ...testRound(side),
            pod: async () => ({
              namespace: 'ns',
              name: 'proof',
              answers: new Map(),
              facts,
            }),
            node: () => node as any,
          });
          return outcome;
        }),
      );
    const facts = { runtimeClassName: 'gvisor', nodeName: 'n' };
    const node = { labels: { pool: 'acme' }, kernel: '6.1' };
    expect(await outcomes({ ...facts, kernel: '4.4' }, node)).toEqual([
      'asExpected',
      'asExpected',
    ]);
    expect(
      await outcomes({ ...facts, kernel: '6.1' }, { ...node, labels: {} }),
    ).toEqual(['failed', 'failed']);
    expect(await outcomes({})).toEqual(['failed', 'failed']);
  });

  it('dials an address of the internet that the tenant is not allowed', () => {
    const side = testSide();
    const { egress } = side.tenant.plan.spec;
    egress.cidrs = ['203.0.113.53/32'];
    const targets = attempts('net.internet', side).map(a => a.target);
    expect(targets).toEqual(['203.0.113.10:443']);
  });
});
