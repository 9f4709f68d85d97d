import {
  applyPlan,
  planTenant,
  Stage,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { IMAGES, portalLab, testSpec } from './support/lab';
import { changesOf, removePlan } from './support/plans';

jest.setTimeout(120_000);

// Nobody waits for n8n here: a small server stands in for it.
const { platform, cluster } = portalLab({ n8n: { image: IMAGES.agnhost } });

const plans: TenantPlan[] = [];

function nextPlan(): TenantPlan {
  const name = `t-resume-${process.pid}-${plans.length}`;
  const plan = planTenant(testSpec(name), platform);
  plans.push(plan);
  return plan;
}

const resourcesOf = (plan: TenantPlan, stage: Stage) =>
  plan.stages.find(s => s.name === stage)!.resources.length;

/** Applies a plan and cuts it off when that many resources of a stage are done. */
async function cutOff(plan: TenantPlan, stage: Stage, done: number) {
  const controller = new AbortController();
  let count = 0;
  await applyPlan(plan, cluster, {
    wait: false,
    signal: controller.signal,
    onResult: result => {
      count += result.stage === stage ? 1 : 0;
      if (count === done) {
        controller.abort();
      }
    },
  });
}

afterAll(async () => {
  await Promise.all(plans.map(plan => removePlan(plan, cluster)));
});

it.each<[Stage, 'in the middle' | 'at the end']>([
  ['namespace', 'in the middle'],
  ['namespace', 'at the end'],
  ['walls', 'in the middle'],
  ['walls', 'at the end'],
  ['identity', 'in the middle'],
  ['identity', 'at the end'],
  ['store', 'at the end'],
  ['secret', 'at the end'],
  ['workload', 'in the middle'],
])('an apply cut off in stage %s, %s, is resumed', async (stage, where) => {
  const plan = nextPlan();
  const all = resourcesOf(plan, stage);
  const done = where === 'at the end' ? all : Math.floor(all / 2);
  await expect(cutOff(plan, stage, done)).rejects.toMatchObject({
    name: 'AbortError',
  });

  const results = await applyPlan(plan, cluster, { wait: false });
  // What was there is left alone; what was under way may have been made.
  expect(results.filter(r => r.result === 'updated')).toEqual([]);
  expect(
    results.filter(r => r.result === 'unchanged').length,
  ).toBeGreaterThanOrEqual(done);
  expect(await changesOf(plan, cluster)).toEqual([]);
});
