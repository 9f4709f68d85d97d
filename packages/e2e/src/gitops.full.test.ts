import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
  ensureCanary,
  proveTenants,
  removeTenant,
  renderPlan,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { labState } from './support/lab';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(240_000);

const run = promisify(execFile);
const HOME = mkdtempSync(join(tmpdir(), 'threewalls-git-'));
const git = join(HOME, 'clusters');

/** What Argo CD or Flux does with what `tenant:render` has written: apply it, or look for differences. */
const kubectl = (what: 'apply' | 'diff') =>
  run(
    join(labState, 'bin', 'kubectl'),
    [
      // Both force: what somebody else has written is written as in Git.
      ...[what, '--server-side', '--force-conflicts'],
      ...['--field-manager=argocd-controller'],
      ...['--recursive', '--filename', git],
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME,
        KUBECONFIG: join(labState, 'admin.kubeconfig'),
      },
    },
  );

describe('Tenants that are in Git', () => {
  const lab = openLab();
  const planOf = (side: string) =>
    planSmallTenant(`t-git-${process.pid}-${side}`, lab.platform);
  const plans: [TenantPlan, TenantPlan] = [planOf('a'), planOf('b')];

  afterAll(async () => {
    rmSync(HOME, { recursive: true });
    for (const { spec, names } of plans) {
      const of = { name: spec.name, names };
      await removeTenant(of, lab.cluster, { confirm: spec.name });
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
    await kubectl('apply');

    const refused = applyPlan(plans[0], lab.cluster, { uid: '' });
    await expect(refused).rejects.toThrow(/have an administrator .* say adopt/);
    const first = { adopt: true, beginAnew: true };
    for (const plan of plans) {
      const results = await applyPlan(plan, lab.cluster, first);
      const done = results.filter(({ result }) => result !== 'ready');
      const written = done.filter(({ result }) => result !== 'unchanged');
      expect(written.map(({ id, result }) => `${result} ${id}`).sort()).toEqual(
        ['KV', 'policy', 'role'].map(what =>
          expect.stringMatching(`^created Vault ${what} `),
        ),
      );
      const planned = plan.stages.flatMap(({ resources }) => resources);
      expect(done).toHaveLength(planned.length);
    }
    // Neither finds anything of the other's to change.
    await kubectl('diff');
    await kubectl('apply');
    for (const plan of plans) {
      const again = await applyPlan(plan, lab.cluster, { adopt: true });
      expect(
        again.filter(({ result }) => /created|updated|removed/.test(result)),
      ).toEqual([]);
    }
    await kubectl('diff');

    await ensureCanary(lab.cluster);
    const proofs = await proveTenants({ cluster: lab.cluster, tenants: plans });
    for (const { verdicts } of proofs.values()) {
      expect(verdicts.map(v => `${v.wall} ${v.status}`)).toEqual(
        WALLS.map(wall => `${wall} holds`),
      );
    }
  });
});
