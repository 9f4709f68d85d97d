import {
  applyPlan,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { openLab, planSmallTenant, WallsLab } from './wallsLab';
// eslint-disable-next-line
import { ensureCanary, proveTenants } from '../../../plugins/tenants-node/src/walls';

jest.setTimeout(240_000);

describe('first', () => {
  it('works', async () => {
    const lab: WallsLab = openLab();
    const { cluster, platform } = lab;
    const t = (what: string, s: number) => console.log(what, Math.round(performance.now() - s));
    let s = performance.now();
    await ensureCanary(cluster, platform);
    t('canary', s);
    const plans = ['t-walls-a', 't-walls-b'].map(n => planSmallTenant(n, platform)) as [TenantPlan, TenantPlan];
    s = performance.now();
    await Promise.all(plans.map(p => applyPlan(p, cluster)));
    t('apply', s);
    for (let i = 0; i < 2; i++) {
      s = performance.now();
      const r0 = cluster.kubernetes.requests;
      const cpu = process.cpuUsage();
      const result = await proveTenants({ cluster, platform, tenants: plans, fresh: i === 0 });
      const used = process.cpuUsage(cpu);
      t('prove', s);
      console.log('requests', cluster.kubernetes.requests - r0, 'cpu ms', (used.user + used.system) / 1000);
      for (const [name, proof] of result) {
        console.log(name, proof.neighbour, proof.timeToEnforceMs, JSON.stringify(proof.verdicts, null, 1), proof.receipts.length);
        console.log(
          proof.receipts
            .filter(r => i === 0 ? true : r.outcome !== 'asExpected')
            .map(r => `${r.check} ${r.outcome} [${r.source.type} ${r.source.name}] ${r.target} -> ${r.code} ${r.response} ${r.durationMs}ms // ${r.reason ?? ''}`)
            .join('\n'),
        );
      }
    }
  });
});
