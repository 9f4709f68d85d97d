import { quote } from '@threewalls/backstage-plugin-tenants-common';
import { Change, testReceipts } from '../__fixtures__/round';
import { testSide } from '../__fixtures__/side';
import { judge } from '../judge';
import { PodTask } from '../pod/tasks';
import { Side } from '../types';
import { RAM } from './pods';
import { untried } from './receipts';

const statuses = async (side: Side, change?: Change) => {
  const { required, receipts } = await testReceipts(side, change);
  return judge(required, receipts).map(v => v.status);
};

const outcome = async (side: Side, id: string, change?: Change) =>
  (await testReceipts(side, change)).receipts
    .filter(r => r.check === id)
    .map(r => r.outcome);

const dials = (task: PodTask, host: string) =>
  'host' in task && task.do !== 'resolve' && task.host === host;

const ALL_HOLD = ['holds', 'holds', 'holds'];
/** What the plans of these tenants leave nothing to try for. */
const NOT_DECLARED = [
  'net.egress-allowed',
  'res.runtime-class',
  'res.placement',
];

describe('the receipts of a round', () => {
  const side = testSide();
  const [acme] = side.tenant.pods;
  const [globex] = side.neighbour!.pods;

  it('show that all walls hold', async () => {
    const { required, receipts, neighbour } = await testReceipts(side);
    const others = receipts.filter(r => r.outcome !== 'asExpected');
    expect(others.map(r => [r.check, r.outcome])).toEqual(
      NOT_DECLARED.map(check => [check, 'notApplicable']),
    );
    expect(judge(required, receipts).map(v => v.status)).toEqual(ALL_HOLD);
    expect(neighbour).toBe('globex');
    expect(
      receipts.every(
        r => r.source.name && (r.source.type !== 'pod' || r.source.uid),
      ),
    ).toBe(true);
  });

  it('say what they are about', async () => {
    const { receipts } = await testReceipts(side);
    const about = (check: string) =>
      receipts.filter(r => r.check === check).map(r => r.about);
    const here = { tenant: 'acme', node: 'node-of-acme' };
    expect(about('net.own-service')).toEqual([here]);
    expect(about('sec.neighbour-role')).toEqual([
      { ...here, neighbour: 'canary' },
      { ...here, neighbour: 'globex' },
    ]);
    expect(about('net.neighbour-ingress')[0]).toEqual({
      tenant: 'acme',
      neighbour: 'globex',
      node: 'node-of-globex',
    });
    expect(about('res.privileged')).toEqual([{ tenant: 'acme' }]);
  });

  it('have ids that tell them apart, and are what was required', async () => {
    const { required, receipts } = await testReceipts(side);
    const ids = receipts.map(r => r.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(required.map(r => r.id)).toEqual(ids);
    const again = await testReceipts(testSide());
    expect(again.receipts.map(r => r.id)).toEqual(ids);
  });

  it('show which wall let something through', async () => {
    expect(
      await statuses(side, (pod, task) =>
        pod === RAM && dials(task, acme.host) ? ['OK', ''] : undefined,
      ),
    ).toEqual(['breached', 'holds', 'holds']);
    expect(
      await statuses(side, (pod, task) =>
        pod === 'acme' && task.do === 'vault' ? ['200', ''] : undefined,
      ),
    ).toEqual(['holds', 'breached', 'holds']);
  });

  it('count a refusal only while its witness gets through', async () => {
    const dead: Change = (_, task) =>
      dials(task, side.kubelets[0].host) ? ['TIMEOUT', ''] : undefined;
    expect(await outcome(side, 'net.kubelet', dead)).toEqual(['inconclusive']);
    expect(await statuses(side, dead)).toEqual(['unproven', 'holds', 'holds']);
  });

  it('leave out what does not exist here, while the ram reaches its bait', async () => {
    const none: Change = (_, task) =>
      dials(task, '169.254.169.254') ? ['TIMEOUT', ''] : undefined;
    expect(await outcome(side, 'net.metadata', none)).toEqual([
      'notApplicable',
    ]);
    expect(await statuses(side, none)).toEqual(ALL_HOLD);
    const noRam: Change = (pod, task) =>
      pod === RAM && 'host' in task ? ['TIMEOUT', ''] : undefined;
    expect(await outcome(side, 'net.metadata', noRam)).toEqual([
      'inconclusive',
    ]);
    expect(await statuses(side, noRam)).toEqual(['unproven', 'holds', 'holds']);
  });

  it('call a breach of what need not exist a breach', async () => {
    expect(
      await outcome(side, 'net.internet', (pod, task) =>
        pod === 'acme' && dials(task, '203.0.113.53') ? ['OK', ''] : undefined,
      ),
    ).toEqual(['breached']);
  });

  it('are there for what did not arrive, with the reason', async () => {
    const missing: Change = pod => (pod === 'acme' ? 'missing' : undefined);
    const { receipts } = await testReceipts(side, missing);
    const own = receipts.filter(
      r => r.check === 'net.own-service' || r.check === 'sec.login',
    );
    expect(own.map(({ outcome: o, reason }) => [o, reason])).toEqual([
      ['inconclusive', 'The proof pod finds no node: 0/1 nodes are available'],
      ['inconclusive', 'The proof pod finds no node: 0/1 nodes are available'],
    ]);
    expect(await statuses(side, missing)).toEqual([
      'unproven',
      'unproven',
      'holds',
    ]);
  });

  it('are all inconclusive where a round could not begin', () => {
    const { required, receipts } = untried(side, quote('no API server'));
    const tried = receipts.filter(r => !NOT_DECLARED.includes(r.check));
    expect(new Set(tried.map(r => r.outcome))).toEqual(
      new Set(['inconclusive']),
    );
    expect(
      judge(required, receipts).map(v => [v.status, v.summary]),
    ).toContainEqual([
      'unproven',
      expect.stringMatching(/^Couldn't verify: no API server \(\d+ more/),
    ]);
  });

  it('are inconclusive where the portal’s own attempt goes wrong', async () => {
    const broken = testSide();
    const { required, receipts } = await testReceipts(broken, undefined, {
      'res.privileged': async () => {
        throw Object.assign(new Error('no answer'), { status: 504 });
      },
    });
    expect(
      receipts
        .filter(r => r.check === 'res.privileged')
        .map(r => [r.outcome, r.code, r.reason]),
    ).toEqual([['inconclusive', '504', 'no answer']]);
    expect(judge(required, receipts).map(v => v.status)).toEqual([
      'holds',
      'holds',
      'unproven',
    ]);
  });

  describe('with a neighbour that is not well', () => {
    it.each<[string, Change]>([
      [
        'its pod did not start',
        pod => (pod === 'globex' ? 'missing' : undefined),
      ],
      [
        'its own Service is down',
        (_, task) =>
          dials(task, side.neighbour!.service.host)
            ? ['TIMEOUT', '']
            : undefined,
      ],
      [
        'its own pod is gone',
        (_, task) => (dials(task, globex.host) ? ['TIMEOUT', ''] : undefined),
      ],
      [
        'its login does not work',
        (pod, task) =>
          pod === 'globex' && task.do === 'vault'
            ? ['403', 'permission denied']
            : undefined,
      ],
    ])('leave it out: %s', async (_, change) => {
      const { required, receipts, neighbour } = await testReceipts(
        side,
        change,
      );
      expect(neighbour).toBe('canary');
      const about = receipts.filter(r => r.about.neighbour === 'globex');
      expect(about.length).toBeGreaterThan(5);
      expect(new Set(about.map(r => r.outcome))).toEqual(
        new Set(['notApplicable']),
      );
      expect(about[0].reason).toMatch(/^The neighbour couldn't take part: ./);
      expect(judge(required, receipts).map(v => v.status)).toEqual(ALL_HOLD);
    });

    it('keep the breach that it has shown', async () => {
      const change: Change = (pod, task) => {
        if (pod !== 'globex') {
          return undefined;
        }
        return dials(task, acme.host) ? ['OK', ''] : 'missing';
      };
      expect(await statuses(side, change)).toEqual([
        'breached',
        'holds',
        'holds',
      ]);
    });
  });

  it('take nothing for reached that a proxy in the pod accepts', async () => {
    const meshed: Change = (pod, task) =>
      pod === 'acme' && task.do === 'connect' ? ['OK', ''] : undefined;
    const { receipts } = await testReceipts(side, meshed);
    const egress = receipts.find(r => r.check === 'net.canary-egress')!;
    expect([egress.code, egress.outcome]).toEqual(['ACCEPTED', 'inconclusive']);
    expect(await statuses(side, meshed)).toEqual([
      'unproven',
      'holds',
      'holds',
    ]);
  });

  it('excuse an allowed destination that nobody reaches', async () => {
    const hosts = testSide();
    hosts.tenant.plan.spec.egress.hosts = ['api.saas.test'];
    const silent: Change = (_, task) =>
      dials(task, 'api.saas.test') ? ['TIMEOUT', ''] : undefined;
    expect(await outcome(hosts, 'net.egress-allowed', silent)).toEqual([
      'notApplicable',
    ]);
    expect(await statuses(hosts, silent)).toEqual(ALL_HOLD);
    const walled: Change = (pod, task) =>
      pod === 'acme' ? silent(pod, task) : undefined;
    expect(await outcome(hosts, 'net.egress-allowed', walled)).toEqual([
      'failed',
    ]);
  });

  it('say of each allowed destination what was tried of it', async () => {
    const many = testSide();
    Object.assign(many.tenant.plan.spec.egress, {
      hosts: ['api.saas.test:8443', '*.saas.test', '*.b.test:25'],
      cidrs: ['203.0.113.10/32', '203.0.113.0/24'],
    });
    const open: Change = (_, task) =>
      dials(task, 'api.saas.test') || dials(task, '203.0.113.10')
        ? ['OK', '']
        : undefined;
    const { receipts } = await testReceipts(many, open);
    expect(
      receipts
        .filter(r => r.check === 'net.egress-allowed')
        .map(r => [r.target, r.outcome]),
    ).toEqual([
      ['api.saas.test:8443', 'asExpected'],
      ['203.0.113.10:443', 'asExpected'],
      ['*.saas.test', 'notApplicable'],
      ['*.b.test:25', 'notApplicable'],
      ['203.0.113.0/24', 'notApplicable'],
    ]);
  });

  it('say how policies know the resolver where a name does not resolve', async () => {
    const lost: Change = (pod, task) =>
      pod === 'acme' && task.do === 'resolve' ? ['DNS', 'ETIMEOUT'] : undefined;
    const { receipts } = await testReceipts(side, lost);
    expect(receipts.find(r => r.check === 'net.dns')?.reason).toMatch(
      /did not resolve \(DNS\)\. .* pods of kube-system on port 53: .*tenants\.network\.dns/,
    );
  });

  it('say where a node without room was not tried from', async () => {
    const full = testSide();
    full.tenant.nodes = ['full'];
    const { receipts } = await testReceipts(full);
    expect(receipts.find(r => r.check === 'net.own-node')).toMatchObject({
      outcome: 'notApplicable',
      reason:
        'The proof pod found no room on full: everything was tried from node-of-acme',
    });
  });

  it('say how long a policy took to bite', async () => {
    const late: Change = (pod, task) =>
      pod === 'acme' && dials(task, side.canary.service.host)
        ? ['TIMEOUT', '', 1200]
        : undefined;
    const { receipts, timeToEnforceMs } = await testReceipts(side, late);
    expect(timeToEnforceMs).toBe(1200);
    expect(receipts.find(r => r.check === 'net.canary-egress')).toMatchObject({
      outcome: 'asExpected',
      reason: expect.stringMatching(
        /^Open for 1\.2 s after the pod started\. Meanwhile/,
      ),
    });
  });
});

describe('the addresses that config names', () => {
  type Expect = 'denied' | 'allowed';
  const address = { host: '192.0.2.9', port: 5432 };
  /** What comes of one of them, with what the tenant and the canary's client are told there. */
  async function tried(expect: Expect, tenant: string, ram: string) {
    const side = testSide();
    side.cluster.config.proofs.outside.custom = [
      { name: 'db', title: 'the billing database', address, expect },
    ];
    const taken = await testReceipts(side, (pod, task) => {
      const code = pod === RAM ? ram : tenant;
      return dials(task, address.host) ? [code, ''] : undefined;
    });
    const own = taken.receipts.filter(r => r.check === 'net.custom.db');
    return { ...taken, own };
  }

  it.each<[Expect, string, string, string, string, string]>([
    ['denied', 'TIMEOUT', 'OK', 'asExpected', 'holds', "Can't reach"],
    ['denied', 'OK', 'OK', 'breached', 'breached', 'reached'],
    ['denied', 'REFUSED', 'OK', 'inconclusive', 'unproven', "Can't reach"],
    // Nothing there proves nothing.
    ['denied', 'TIMEOUT', 'TIMEOUT', 'inconclusive', 'unproven', "Can't reach"],
    ['allowed', 'OK', 'OK', 'asExpected', 'holds', 'Reaches'],
    ['allowed', 'TIMEOUT', 'OK', 'failed', 'unproven', ''],
  ])('%s: %s, with %s for the canary, is %s', async (...row) => {
    const [expected, tenant, ram, result, status, title] = row;
    const { own, required, receipts } = await tried(expected, tenant, ram);
    expect(own).toEqual([
      expect.objectContaining({
        wall: 'network',
        outcome: result,
        title: title
          ? `${title} the billing database`
          : 'the billing database did not answer',
      }),
    ]);
    const judged = judge(required, receipts).map(v => v.status);
    expect(judged).toEqual([status, 'holds', 'holds']);
  });

  it('can’t be left out', async () => {
    const { required, receipts, own } = await tried('denied', 'TIMEOUT', 'OK');
    const rest = receipts.filter(receipt => !own.includes(receipt));
    expect(judge(required, rest)[0]).toMatchObject({
      status: 'unproven',
      summary: "Couldn't verify: net.custom.db was not tried",
    });
  });

  it('leave every other receipt without a title', async () => {
    const { receipts, own } = await tried('denied', 'TIMEOUT', 'OK');
    expect(receipts.filter(({ title }) => title)).toEqual(own);
  });
});
