import { attemptsOf, CHECKS } from './checks';
import { expectedReceipts } from '../expectedReceipts';
import { testSide } from '../__fixtures__/side';

/** The catalogue, as it is documented. */
const CATALOGUE = `
  net.own-service net.dns net.vault net.egress-allowed net.canary-egress
  net.canary-ingress net.neighbour-service net.neighbour-pod
  net.neighbour-ingress net.dns-elsewhere net.metadata net.kube-api net.kubelet
  net.internet net.policy-spec net.no-widening
  sec.login sec.token-policies sec.own-path sec.canary-data sec.canary-metadata
  sec.canary-list sec.canary-subkeys sec.neighbour-data sec.list-root
  sec.neighbour-role sec.wrong-audience sec.prefix-twin sec.capabilities
  sec.escalate sec.policy-text sec.store-ready sec.store-spec sec.eso-neighbour
  sec.k8s-secrets sec.owner-hijack
  res.legal-pod res.defaults res.container-max res.init-container-max
  res.pod-level res.quota-memory res.quota-cpu res.quota-objects res.quota-spec
  res.privileged res.host-namespaces res.host-path res.owner-edit
  res.runtime-class res.placement`
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
  new Set(attemptsOf(side).map(({ check }) => check.id));

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
    expect([...tried(side)].sort()).toEqual(
      CATALOGUE.filter(id => !NOT_DECLARED.includes(id)).sort(),
    );
  });

  it('tries nothing of a neighbour where there is none', () => {
    const alone = tried(testSide({ neighbour: undefined }));
    expect(OF_A_NEIGHBOUR.filter(id => alone.has(id))).toEqual([]);
    expect(alone.has('net.canary-ingress')).toBe(true);
  });

  it('asks for a witness of every connect that has to be denied', () => {
    const witnesses = attemptsOf(testSide())
      .filter(({ check }) => check.wall === 'network')
      .filter(({ check }) => check.kind === 'barrier')
      .flatMap(({ attempt }) =>
        'witnesses' in attempt ? [attempt.witnesses.length] : [],
      );
    expect(new Set(witnesses)).toEqual(new Set([2]));
  });

  it('says beforehand what a round will try', () => {
    const { cluster, platform, tenant, neighbour } = testSide();
    const expected = (other?: typeof neighbour) =>
      expectedReceipts({
        cluster,
        platform,
        tenant: tenant.plan,
        neighbour: other?.plan,
      }).map(({ check }) => check);
    expect(expected(neighbour)).toContain('net.neighbour-service');
    expect(expected()).not.toContain('net.neighbour-service');
    expect(expected().length).toBeGreaterThan(50);
  });

  it('tells its attempts apart', () => {
    const keys = attemptsOf(testSide()).map(({ check, attempt }) =>
      JSON.stringify([check.id, attempt.target, attempt.request]),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('proves the sandbox and the nodes where the plan declares them', () => {
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
    const attempts = attemptsOf(side).filter(
      ({ attempt }) => attempt.by === 'placement',
    );
    const node = { labels: { pool: 'acme' }, kernel: '6.1' };
    const outcomes = (facts: object) =>
      attempts.map(({ attempt }) =>
        attempt.by === 'placement' ? attempt.judge(facts).outcome : undefined,
      );
    expect(
      outcomes({
        runtimeClassName: 'gvisor',
        kernel: '4.4',
        nodeName: 'n',
        node,
      }),
    ).toEqual(['asExpected', 'asExpected']);
    expect(
      outcomes({
        runtimeClassName: 'gvisor',
        kernel: '6.1',
        nodeName: 'n',
        node: { ...node, labels: {} },
      }),
    ).toEqual(['failed', 'failed']);
    expect(outcomes({})).toEqual(['failed', 'failed']);
  });

  it('dials an address of the internet that the tenant is not allowed', () => {
    const side = testSide();
    side.tenant.plan.spec.egress.cidrs = ['203.0.113.53/32'];
    const targets = attemptsOf(side)
      .filter(({ check }) => check.id === 'net.internet')
      .map(({ attempt }) => attempt.target);
    expect(targets).toEqual(['203.0.113.10:443']);
  });
});
