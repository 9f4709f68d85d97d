import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { portalAgrees, testReceipts } from '../__fixtures__/round';
import { proofOnlySide } from '../__fixtures__/side';
import { judge } from '../judge';
import { podManifest } from '../pod/manifest';
import { isWorkload } from '../round/facts';
import { CHECKS, planChecks, requirementsOf } from './checks';

const LIMITS = {
  cpu: '2',
  memory: '2Gi',
  storage: '5Gi',
  container: { cpu: '1', memory: '1Gi' },
};
const VAULT = { role: 'flows', policy: 'flows-read', path: 'teams/flows' };

/** What is left out of a wall's judgement, whatever is declared. */
const LEFT_OUT = [
  'net.as-planned',
  'sec.store-ready',
  'sec.eso-neighbour',
  'res.as-planned',
  'res.workload',
  'res.hold',
];
/** What takes a login in Vault. */
const BY_VAULT = CHECKS.filter(({ wall }) => wall === 'secret')
  .map(({ id }) => id)
  .filter(
    id =>
      !/other-(roles|mounts|store)|k8s-secrets|who-can|access-review|store-ready|eso-/.test(
        id,
      ),
  );
/** What takes limits to hold against. */
const BY_LIMITS = CHECKS.map(({ id }) => id).filter(id =>
  /^res\.(.*container-max|pod-level|quota-[cmo].*)$/.test(id),
);

const HOLDS = { status: 'holds' };
const NO_VAULT = {
  status: 'unproven',
  summary: expect.stringMatching(/proofOnly\[\].vault.*withoutVault/),
};
const NO_LIMITS = {
  status: 'unproven',
  summary: expect.stringMatching(/proofOnly\[\].limits/),
};

const VAULTS = [{}, { withoutVault: true }, { vault: VAULT }];
const DECLARATIONS = VAULTS.flatMap(vault =>
  [{}, { limits: LIMITS }].flatMap(limits =>
    [undefined, 'globex', 'more'].map(neighbour => ({
      declared: { ...vault, ...limits },
      neighbour,
    })),
  ),
);

describe('what is required of a tenant that is only proved', () => {
  it.each(DECLARATIONS)(
    'is every check, none is left out but by config: $declared, against $neighbour',
    ({ declared, neighbour }) => {
      const side = proofOnlySide(declared, neighbour);
      const required = requirementsOf(side);
      expect(new Set(required.map(({ check }) => check))).toEqual(
        new Set(CHECKS.map(({ id }) => id)),
      );
      const known = new Map(CHECKS.map(check => [check.id, check]));
      // What counts for nothing, and does for any other tenant.
      const free = CHECKS.filter(({ optional }) => !optional)
        .map(({ id }) => id)
        .filter(id =>
          required.filter(r => r.check === id).every(r => r.optional),
        );
      const hasVault = 'vault' in declared;
      const isWithout = 'withoutVault' in declared;
      const expected = [
        ...LEFT_OUT,
        ...(hasVault ? [] : ['net.vault']),
        ...(isWithout ? BY_VAULT : []),
      ];
      expect(free.sort()).toEqual(
        expected.filter(id => !known.get(id)!.optional).sort(),
      );
      const inDoubt = planChecks(side).filter(planned => planned.inDoubt);
      expect(inDoubt.map(({ check }) => check.id).sort()).toEqual(
        [
          ...(hasVault || isWithout ? [] : BY_VAULT),
          ...('limits' in declared ? [] : BY_LIMITS),
        ].sort(),
      );
    },
  );

  it.each(DECLARATIONS.filter(({ neighbour }) => neighbour))(
    'can hold only where config declares it: $declared, against $neighbour',
    async ({ declared, neighbour }) => {
      const side = proofOnlySide(declared, neighbour);
      portalAgrees(side);
      const { required, receipts } = await testReceipts(side);
      const said = judge(required, receipts);
      const doubts = receipts.filter(r => r.outcome === 'inconclusive');
      expect(doubts.map(({ check }) => check)).toEqual(
        planChecks(side)
          .filter(({ inDoubt }) => inDoubt)
          .map(({ check }) => check.id),
      );
      const status = (wall: Wall) => said.find(v => v.wall === wall)!;
      expect(status('network').status).toBe('holds');
      const isSaid = 'vault' in declared || 'withoutVault' in declared;
      expect(status('secret')).toMatchObject(isSaid ? HOLDS : NO_VAULT);
      const isLimited = 'limits' in declared;
      expect(status('resource')).toMatchObject(isLimited ? HOLDS : NO_LIMITS);
    },
  );

  it.each(['globex', 'more'])(
    'is broken by a round like any other, and attacks no one who has nothing: against %s',
    async neighbour => {
      const side = proofOnlySide({ limits: LIMITS, vault: VAULT }, neighbour);
      portalAgrees(side);
      const { receipts } = await testReceipts(side);
      // Who has nothing in Vault is not attacked there.
      const requests = receipts.map(({ request }) => request).join('\n');
      expect(requests).not.toMatch(/role=(\s|$)|\/data\/(\s|,|$)/m);
      const { required, ...broken } = await testReceipts(side, (pod, task) =>
        pod === 'flows' && task.id.includes('canary') ? ['OK', ''] : undefined,
      );
      expect(judge(required, broken.receipts)[0].status).toBe('breached');
    },
  );
});

it('tries as a pod that policies take for its own, and that no Service routes to', () => {
  const side = proofOnlySide({});
  const { metadata, spec } = podManifest({
    role: 'proof',
    plan: side.tenant.plan,
    cluster: side.cluster.config,
    nonce: 'n',
    tasks: [],
  }) as any;
  expect(metadata.namespace).toBe('flows');
  expect(metadata.labels).toMatchObject({
    app: 'n8n',
    'threewalls.io/proof': 'proof',
  });
  expect(spec).toMatchObject({
    serviceAccountName: 'n8n',
    readinessGates: [{ conditionType: 'threewalls.io/proof' }],
  });
  // And that no round takes for n8n's.
  const selector = side.tenant.plan.workload.selector;
  expect(isWorkload({ metadata }, selector)).toBe(false);
  expect(isWorkload({ metadata: { labels: { app: 'n8n' } } }, selector)).toBe(
    true,
  );
});
