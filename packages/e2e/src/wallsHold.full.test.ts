import { join } from 'node:path';
import {
  applyPlan,
  proveTenants,
} from '@threewalls/backstage-plugin-tenants-node';
import { kubectl } from './support/kubectl';
import { removePlan } from './support/plans';
import { until } from './support/until';
import { openLab, planSmallTenant, WallsLab } from './wallsLab';

jest.setTimeout(120_000);

/** The policy and its binding. */
const HOLD = join(
  __dirname,
  '../../../plugins/tenants-backend/deploy/kubernetes-hold.yaml',
);
const BREAK_GLASS = ['--as=root', '--as-group=system:masters'].concat(
  '--as-group=threewalls-break-glass',
);

/** What kubectl says to an administrator, also where it fails. */
const type = (...args: string[]) =>
  kubectl(args).catch((error: { stderr: string }) => error.stderr);

// It refuses what the other tests do to walls: nothing may run beside this.
describe('where admission holds the walls', () => {
  let lab: WallsLab;

  it('nobody changes them but the portal and who breaks the glass', async () => {
    lab = openLab();
    const { cluster, platform } = lab;
    const plan = planSmallTenant(`t-held-${process.pid}`, platform);
    const { namespace } = plan.names;
    const held = async () => {
      const proofs = await proveTenants({ cluster, tenants: [plan] });
      const { receipts } = proofs.get(plan.spec.name)!;
      return receipts.find(r => r.check === 'res.hold')!;
    };
    await applyPlan(plan, cluster);
    try {
      expect(await held()).toMatchObject({
        outcome: 'notApplicable',
        code: '404',
      });
      await type('apply', '-f', HOLD);
      const deletePolicy = (...as: string[]) =>
        type(
          ...['delete', 'networkpolicy', 'tenant-isolation'],
          ...['-n', namespace, '--dry-run=server', ...as],
        );
      // The API server takes a policy up a moment after it is there.
      await until(async () => !/deleted/.test(await deletePolicy()), 20);
      expect(await deletePolicy()).toMatch(/The portal holds this networkpol/);
      expect(await deletePolicy(...BREAK_GLASS)).toMatch(/deleted/);
      const home = ['namespace', namespace];
      const policy = ['networkpolicy', 'tenant-isolation'];
      const quota = ['resourcequota', 'tenant-quota'];
      const ofStatus = '--subresource=status';
      const label = (key: string, value: string | null) => ({
        metadata: { labels: { [key]: value } },
      });
      const baseline = label('pod-security.kubernetes.io/enforce', null);
      const patches: [string[], object, RegExp][] = [
        [quota, { spec: { hard: null } }, /holds/],
        [[...quota, ofStatus], { status: { hard: { pods: '99' } } }, /holds/],
        [home, baseline, /holds/],
        [[...home, ofStatus], baseline, /holds/],
        [policy, label('app.kubernetes.io/managed-by', 'me'), /holds/],
        // What holds nothing is everybody's.
        [home, label('team', 'blue'), /patched/],
      ];
      for (const [what, patch, said] of patches) {
        expect(
          await type(
            ...['patch', ...what, '-n', namespace, '--type=merge'],
            ...['-p', JSON.stringify(patch)],
          ),
        ).toMatch(said);
      }
      const found = await held();
      expect(found).toMatchObject({ outcome: 'asExpected', code: 'DENY' });
      // The portal, External Secrets and Kubernetes itself go on as ever.
      await applyPlan(plan, cluster);
    } finally {
      await removePlan(plan, cluster);
      await type('delete', '-f', HOLD);
    }
  });
});
