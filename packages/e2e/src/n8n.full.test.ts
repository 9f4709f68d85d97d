import { randomBytes } from 'node:crypto';
import {
  applyPlan,
  hashPassword,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { portalLab, testSpec } from './support/lab';
import { N8n } from './support/n8n';
import { removePlan } from './support/plans';
import { forwardN8n } from './support/portForward';

jest.setTimeout(300_000);

const EMAIL = 'owner@example.com';
const PASSWORD = `Pw1-${randomBytes(12).toString('hex')}`;

const { platform, cluster } = portalLab();
const plans = ['a', 'b'].map(letter =>
  planTenant(
    testSpec(`t-n8n-${letter}-${process.pid}`, { email: EMAIL }),
    platform,
  ),
);
const [own, other] = plans.map(
  ({ names }) => `http://n8n.${names.namespace}.svc.cluster.local:5678/healthz`,
);

let n8n: N8n;
let end: () => void;

beforeAll(async () => {
  await Promise.all(
    plans.map(async plan =>
      applyPlan(plan, cluster, {
        seed: { ownerPasswordHash: await hashPassword(PASSWORD) },
      }),
    ),
  );
  const forward = await forwardN8n(plans[0].names.namespace);
  end = forward.end;
  n8n = await N8n.signIn(forward.url, EMAIL, PASSWORD);
});

afterAll(async () => {
  end?.();
  await Promise.all(plans.map(plan => removePlan(plan, cluster)));
});

describe('a workflow in one tenant’s n8n', () => {
  it('reaches its own Service', async () => {
    expect(await n8n.request(own, 5000)).toMatchObject({
      statusCode: 200,
      body: { status: 'ok' },
    });
  });

  it('times out at another tenant’s, with n8n’s own error', async () => {
    const { error } = await n8n.request(other, 5000);
    expect(JSON.stringify(error)).toMatch(
      /timeout of 5000ms exceeded|ECONNABORTED/,
    );
  });
});
