import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
  ensureCanary,
  proveTenants,
  renderPlan,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { kubectl } from './support/kubectl';
import { removePlan, resourcesOf, written } from './support/plans';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(240_000);

const HOME = mkdtempSync(join(tmpdir(), 'threewalls-git-'));
const git = join(HOME, 'clusters');

/** What Argo CD or Flux does with what `tenant:render` has written: apply it, or look for differences. */
const sync = (what: 'apply' | 'diff') =>
  kubectl(
    [
      // Both force: what somebody else has written is written as in Git.
      ...[what, '--server-side', '--force-conflicts'],
      ...['--field-manager=argocd-controller'],
      ...['--recursive', '--filename', git],
    ],
    { HOME },
  );

describe('Tenants that are in Git', () => {
  const lab = openLab();
  const planOf = (side: string) =>
    planSmallTenant(`t-git-${process.pid}-${side}`, lab.platform);
  const plans: [TenantPlan, TenantPlan] = [planOf('a'), planOf('b')];

  afterAll(async () => {
    rmSync(HOME, { recursive: true });
    for (const plan of plans) {
      await removePlan(plan, lab.cluster);
    }
  });

  it('are taken over as they were applied, and hold', async () => {
    for (const plan of plans) {
      for (const [path, text] of Object.entries(renderPlan(plan))) {
        const file = join(git, plan.spec.name, path);
        if (path.startsWith('kubernetes/')) {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, text);
        }
      }
    }
    await sync('apply');

    const refused = applyPlan(plans[0], lab.cluster, { uid: '' });
    await expect(refused).rejects.toThrow(/have an administrator .* say adopt/);
    const first = { adopt: true, beginAnew: true };
    for (const plan of plans) {
      const results = await applyPlan(plan, lab.cluster, first);
      const done = results.filter(({ result }) => result !== 'ready');
      expect(
        written(results)
          .map(({ id, result }) => `${result} ${id}`)
          .sort(),
      ).toEqual(
        ['KV', 'policy', 'role'].map(what =>
          expect.stringMatching(`^created Vault ${what} `),
        ),
      );
      expect(done).toHaveLength(resourcesOf(plan).length);
    }
    // Neither finds anything of the other's to change.
    await sync('diff');
    await sync('apply');
    for (const plan of plans) {
      const again = await applyPlan(plan, lab.cluster, { adopt: true });
      expect(written(again)).toEqual([]);
    }
    await sync('diff');

    await ensureCanary(lab.cluster);
    const proofs = await proveTenants({ cluster: lab.cluster, tenants: plans });
    for (const { verdicts } of proofs.values()) {
      expect(verdicts.map(v => `${v.wall} ${v.status}`)).toEqual(
        WALLS.map(wall => `${wall} holds`),
      );
    }
  });
});
