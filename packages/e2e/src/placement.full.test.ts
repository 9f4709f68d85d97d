import { Receipt } from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
  ensureCanary,
  objectPath,
  proveTenants,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  create,
  merge,
  objectOf,
  portalLab,
  refOf,
  remove,
} from './support/lab';
import { removePlan } from './support/plans';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(180_000);

const NAME = `t-placed-${process.pid}`;
const LABEL = `threewalls.test/${NAME}`;
const handler = 'runc';
const runtimeClass = objectOf('RuntimeClass', { name: NAME }, { handler });

/**
 * The lab has one node and one runtime: a RuntimeClass that names runc is no
 * sandbox, and a proof has to say so. Node labels are as real as anywhere.
 */
describe('Where n8n runs, on the lab', () => {
  const { admin } = openLab();
  const { platform, cluster } = portalLab({
    n8n: {
      image: 'threewalls.local/n8n:2.41.1',
      runtimeClassName: NAME,
      nodeSelector: { [LABEL]: '{{ name }}' },
    },
  });
  const plan = planSmallTenant(NAME, platform);
  let node: string;

  const label = (value: string | null) =>
    merge(admin, `/api/v1/nodes/${node}`, {
      metadata: { labels: { [LABEL]: value } },
    });

  beforeAll(async () => {
    const { items } = await admin.list(refOf('Node'));
    node = items[0].metadata.name;
    await label(NAME);
    await create(admin, runtimeClass);
    await ensureCanary(cluster);
    await applyPlan(plan, cluster);
  });

  afterAll(async () => {
    await removePlan(plan, cluster);
    await remove(admin, runtimeClass);
    await label(null);
  });

  /** The receipts of both checks, and of what n8n's Deployment says. */
  async function prove(): Promise<Record<string, Receipt>> {
    const proofs = await proveTenants({ cluster, tenants: [plan] });
    const { receipts } = proofs.get(NAME)!;
    const of = (check: string, mark: string) =>
      receipts.find(r => r.check === check && r.request.includes(mark))!;
    return {
      proofPodInSandbox: of('res.runtime-class', 'proof pod'),
      proofPodOnNodes: of('res.placement', 'proof pod'),
      n8nOnNodes: of('res.placement', 'list Pods'),
      deployment: of('res.as-planned', 'list Deployments'),
    };
  }

  const outcomes = (found: Record<string, Receipt>) =>
    Object.fromEntries(
      Object.entries(found).map(([key, { outcome }]) => [key, outcome]),
    );

  it('is on the declared nodes and under the declared RuntimeClass', async () => {
    const found = await prove();
    expect(outcomes(found)).toEqual({
      // Under its RuntimeClass, and yet on the node's own kernel.
      proofPodInSandbox: 'failed',
      proofPodOnNodes: 'asExpected',
      n8nOnNodes: 'asExpected',
      deployment: 'asExpected',
    });
    const { code, response } = found.proofPodInSandbox;
    const [, own, nodes] = /kernel (\S+), its node's (\S+)/.exec(response)!;
    expect([code, own]).toEqual([NAME, nodes]);
  });

  it('is missed when the Deployment is edited', async () => {
    const deployment = refOf('Deployment', 'n8n', plan.names.namespace);
    const anywhere = { runtimeClassName: null, nodeSelector: null };
    await merge(admin, objectPath(deployment), {
      spec: { template: { spec: anywhere } },
    });
    const found = await prove();
    expect(found.deployment.outcome).toBe('breached');
    expect(found.deployment.reason).toMatch(/nodeSelector/);
    expect(found.deployment.reason).toMatch(/runtimeClassName/);
    await applyPlan(plan, cluster, { adopt: true });
    expect((await prove()).deployment.outcome).toBe('asExpected');
  });
});
