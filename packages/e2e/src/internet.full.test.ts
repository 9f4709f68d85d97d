import {
  applyPlan,
  ensureCanary,
  planTenant,
  proveTenants,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { portalLab } from './support/lab';
import { removePlan } from './support/plans';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(180_000);

const NAMES = ['a', 'b'].map(letter => `t-internet-${letter}-${process.pid}`);

/** What stays out of reach, whatever of the internet is allowed. */
const HELD = [
  'net.canary-egress',
  'net.canary-ingress',
  'net.neighbour-service',
  'net.neighbour-pod',
  'net.neighbour-ingress',
  'net.dns-elsewhere',
  'net.metadata',
  'net.kube-api',
  'net.kubelet',
  'net.as-planned',
  'net.no-widening',
];
const REACHED = ['net.own-service', 'net.dns', 'net.vault'];

describe.each(['cilium', 'kubernetes'])(
  'A tenant that may reach all of the internet, with policies of %s',
  provider => {
    const { platform: lab, cluster } = openLab();
    const { platform, cluster: profiled } = portalLab({
      network: { provider },
      n8n: { image: cluster.config.n8n.image },
    });
    const plans = NAMES.map(openToTheInternet) as [TenantPlan, TenantPlan];

    /** A small tenant with the walls of one whose spec allows every address. */
    function openToTheInternet(name: string): TenantPlan {
      const small = planSmallTenant(name, lab);
      const wide = planTenant(
        {
          ...small.spec,
          egress: { hosts: [], cidrs: ['0.0.0.0/0'] },
          allowInternet: true,
        },
        platform,
      );
      return {
        ...wide,
        stages: wide.stages.map((stage, i) =>
          stage.name === 'workload' ? small.stages[i] : stage,
        ),
      };
    }

    beforeAll(async () => {
      await ensureCanary(cluster);
      await Promise.all(plans.map(plan => applyPlan(plan, cluster)));
    });

    afterAll(async () => {
      await Promise.all(plans.map(plan => removePlan(plan, cluster)));
    });

    it('still reaches no neighbour, node, metadata or resolver', async () => {
      const proofs = await proveTenants({ cluster: profiled, tenants: plans });
      for (const name of NAMES) {
        const { receipts } = proofs.get(name)!;
        for (const id of [...HELD, ...REACHED]) {
          const outcomes = receipts
            .filter(({ check }) => check === id)
            .map(({ outcome }) => outcome);
          expect([name, id, new Set(outcomes)]).toEqual([
            name,
            id,
            new Set(['asExpected']),
          ]);
        }
      }
    });
  },
);
