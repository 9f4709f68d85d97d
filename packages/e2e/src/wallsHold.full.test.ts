import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  applyPlan,
  proveTenants,
  removeTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { labState } from './support/lab';
import { openLab, planSmallTenant, WallsLab } from './wallsLab';

jest.setTimeout(120_000);

const run = promisify(execFile);
/** The policy and its binding. */
const HOLD = join(
  __dirname,
  '../../../plugins/tenants-backend/deploy/kubernetes-hold.yaml',
);
const BREAK_GLASS = ['--as=root', '--as-group=system:masters'].concat(
  '--as-group=threewalls-break-glass',
);

/** kubectl as an administrator; what it says where it fails. */
async function kubectl(...args: string[]): Promise<string> {
  const kubeconfig = join(labState, 'admin.kubeconfig');
  try {
    const { stdout } = await run(join(labState, 'bin', 'kubectl'), [
      `--kubeconfig=${kubeconfig}`,
      ...args,
    ]);
    return stdout;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

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
      await kubectl('apply', '-f', HOLD);
      const deletePolicy = (...as: string[]) =>
        kubectl(
          ...['delete', 'networkpolicy', 'tenant-isolation'],
          ...['-n', namespace, '--dry-run=server', ...as],
        );
      // The API server takes a policy up a moment after it is there.
      const deadline = Date.now() + 20_000;
      while (/deleted/.test(await deletePolicy()) && Date.now() < deadline) {
        await sleep(250);
      }
      expect(await deletePolicy()).toMatch(/The portal holds this networkpol/);
      expect(await deletePolicy(...BREAK_GLASS)).toMatch(/deleted/);
      const patches: [string[], object, RegExp][] = [
        [['resourcequota', 'tenant-quota'], { spec: { hard: null } }, /holds/],
        [
          ['namespace', namespace],
          {
            metadata: {
              labels: { 'pod-security.kubernetes.io/enforce': null },
            },
          },
          /holds/,
        ],
        [
          ['networkpolicy', 'tenant-isolation'],
          { metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } } },
          /holds/,
        ],
        // What holds nothing is everybody's.
        [
          ['namespace', namespace],
          { metadata: { labels: { team: 'blue' } } },
          /patched/,
        ],
      ];
      for (const [what, patch, said] of patches) {
        expect(
          await kubectl(
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
      await removeTenant({ name: plan.spec.name, names: plan.names }, cluster, {
        confirm: plan.spec.name,
      });
      await kubectl('delete', '-f', HOLD);
    }
  });
});
