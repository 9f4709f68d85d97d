import {
  AppliedResources,
  applyPlan,
  differences,
  diffPlan,
  objectPath,
  proveTenants,
  readLive,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { parseAllDocuments } from 'yaml';
import { render } from '../../../scripts/lib/chart.ts';
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

const NAME = `t-extras-${process.pid}`;
const ROLES = ['threewalls-portal', 'threewalls-portal-in-tenant'];
const TEXT = '{{ tenant.name }} of {{ tenant.owner }}';
const ABOUT = objectOf(
  'ConfigMap',
  { name: 'about' },
  { data: { text: TEXT } },
);
const LABEL = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { labels: { 'example.com/size': '{{ tenant.size }}' } },
};
/** An address of the node's that stands for one of the internet. */
const ADDRESS = '203.0.113.53';

// It gives the portal rights over more kinds: nothing may run beside this.
describe('what a platform adds to every tenant, on the lab', () => {
  const { admin } = openLab();
  const custom = [
    { name: 'elsewhere', address: `${ADDRESS}:443`, expect: 'denied' },
  ];
  const planOf = (...extraObjects: object[]) => {
    const lab = portalLab({
      network: { provider: 'cilium' },
      extraObjects: extraObjects as any,
      proofs: { targets: { names: ['other.saas.test'], custom } },
    });
    return { ...lab, plan: planSmallTenant(NAME, lab.platform) };
  };
  const { plan, cluster } = planOf(ABOUT, LABEL);
  const { namespace } = plan.names;
  const about = refOf('ConfigMap', 'about', namespace);
  const before = new Map<string, unknown>();
  let applied: AppliedResources = {};

  const roleOf = (name: string) => refOf('ClusterRole', name);
  const edit = (ref: ReturnType<typeof refOf>, body: object) =>
    merge(admin, objectPath(ref), body, 'kubectl-edit');
  const apply = async (of: TenantPlan) => {
    const results = await applyPlan(of, cluster, {
      applied,
      onApplied: one => {
        applied = JSON.parse(JSON.stringify({ ...applied, ...one }));
      },
    });
    return new Map(results.map(({ id, result }) => [id, result]));
  };
  const changed = async (of = plan) =>
    differences(of, await readLive(of, cluster), applied).filter(
      ({ change }) => change !== 'none',
    );
  const prove = async () => {
    const proofs = await proveTenants({ cluster, tenants: [plan] });
    const { verdicts, receipts } = proofs.get(NAME)!;
    return {
      status: verdicts[0].status,
      own: receipts.find(({ check }) => check === 'net.custom.elsewhere')!,
    };
  };

  beforeAll(async () => {
    const values = [{ apiGroups: [''], resources: ['configmaps'] }];
    const files = Object.values(await render({ extraObjects: values }));
    const rendered = files
      .flatMap(text => parseAllDocuments(text))
      .map(document => document.toJS());
    for (const name of ROLES) {
      before.set(name, (await admin.get<any>(roleOf(name)))!.rules);
      const role = rendered.find(
        o => o?.kind === 'ClusterRole' && o.metadata.name === name,
      );
      await edit(roleOf(name), { rules: role.rules });
    }
  });

  afterAll(async () => {
    await removePlan(plan, cluster);
    for (const [name, rules] of before) {
      await edit(roleOf(name), { rules });
    }
  });

  it('is previewed, made, seen to be changed, and put back', async () => {
    const preview = await diffPlan(plan, cluster, { uid: '' });
    expect(preview).toContainEqual({
      stage: 'secret',
      id: 'ConfigMap about',
      change: 'create',
      fields: [],
    });
    expect((await apply(plan)).get('ConfigMap about')).toBe('created');
    const { data } = (await admin.get<any>(about))!;
    expect(data).toEqual({ text: `${NAME} of group:default/${NAME}-owners` });
    const home = await admin.get(refOf('Namespace', namespace));
    expect(home!.metadata.labels).toMatchObject({
      'example.com/size': 'small',
    });
    expect(await changed()).toEqual([]);

    await edit(about, { data: { text: 'mine', more: 'too' } });
    const [found, ...others] = await changed();
    expect(others).toEqual([]);
    expect([found.id, found.fields.map(f => [f.field, f.manager])]).toEqual([
      'ConfigMap about',
      [
        ['data.text', 'kubectl-edit'],
        ['data.more', 'kubectl-edit'],
      ],
    ]);
    const again = await apply(plan);
    expect(
      [...again].filter(([, result]) => !/unchanged|ready/.test(result)),
    ).toEqual([['ConfigMap about', 'updated']]);
    expect(await changed()).toEqual([]);
  });

  it('is tried of the addresses that it names: a wall that is opened for one is breached', async () => {
    const sound = await prove();
    expect([sound.own.outcome, sound.own.code, sound.own.title]).toEqual([
      'asExpected',
      'TIMEOUT',
      "Can't reach elsewhere",
    ]);
    expect(sound.status).toBe('holds');
    const spec = {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: `${ADDRESS}/32` } }] }],
    };
    const metadata = { namespace, name: 'hole' };
    const hole = objectOf('NetworkPolicy', metadata, { spec });
    await create(admin, hole);
    try {
      const open = await prove();
      expect([open.status, open.own.outcome, open.own.code]).toEqual([
        'breached',
        'breached',
        'OK',
      ]);
    } finally {
      await remove(admin, hole);
    }
    expect((await prove()).status).toBe('holds');
  });

  it('is removed once it is planned no more, and nothing else is', async () => {
    const { plan: without } = planOf();
    expect(
      (await changed(without)).map(({ id, change }) => [id, change]),
    ).toEqual([
      [`Namespace ${namespace}`, 'update'],
      ['ConfigMap about', 'remove'],
    ]);
    const results = [...(await apply(without))];
    expect(
      results.filter(([, result]) => !/unchanged|ready/.test(result)),
    ).toEqual([
      [`Namespace ${namespace}`, 'updated'],
      ['ConfigMap about', 'removed'],
    ]);
    expect(applied['ConfigMap about']).toBeUndefined();
    expect(await admin.get(about)).toBe(undefined);
    expect(await changed(without)).toEqual([]);
  });
});
