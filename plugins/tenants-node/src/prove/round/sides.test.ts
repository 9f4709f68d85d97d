import { Change, testRound } from '../__fixtures__/round';
import { testSide } from '../__fixtures__/side';
import { judge } from '../judge';
import { PodTask } from '../pod/tasks';
import { Side } from '../types';
import { RAM } from './pods';
import { receiptsOf } from './sides';

const statuses = (side: Side, change?: Change) =>
  judge(receiptsOf(side, testRound(side, change)).receipts).map(v => v.status);

const outcome = (side: Side, id: string, change?: Change) =>
  receiptsOf(side, testRound(side, change))
    .receipts.filter(r => r.check === id)
    .map(r => r.outcome);

const dials = (task: PodTask, host: string) =>
  'host' in task && task.do !== 'resolve' && task.host === host;

describe('the receipts of a round', () => {
  const side = testSide();
  const [acme] = side.tenant.pods;
  const [globex] = side.neighbour!.pods;

  it('show that all walls hold', () => {
    const { receipts, neighbour } = receiptsOf(side, testRound(side));
    expect(receipts.filter(r => r.outcome !== 'asExpected')).toEqual([]);
    expect(judge(receipts).map(v => v.status)).toEqual([
      'holds',
      'holds',
      'holds',
    ]);
    expect(neighbour).toBe('globex');
    expect(
      receipts.every(
        r => r.source.name && (r.source.type !== 'pod' || r.source.uid),
      ),
    ).toBe(true);
  });

  it('show which wall let something through', () => {
    expect(
      statuses(side, (pod, task) =>
        pod === RAM && dials(task, acme.host) ? ['OK', ''] : undefined,
      ),
    ).toEqual(['breached', 'holds', 'holds']);
    expect(
      statuses(side, (pod, task) =>
        pod === 'acme' && task.do === 'vault' ? ['200', ''] : undefined,
      ),
    ).toEqual(['holds', 'breached', 'holds']);
  });

  it('count a refusal only while its witness gets through', () => {
    const dead: Change = (_, task) =>
      dials(task, side.kubelets[0].host) ? ['TIMEOUT', ''] : undefined;
    expect(outcome(side, 'net.kubelet', dead)).toEqual(['inconclusive']);
    expect(statuses(side, dead)).toEqual(['unproven', 'holds', 'holds']);
  });

  it('leave out what does not exist here, while the ram reaches its bait', () => {
    const none: Change = (_, task) =>
      dials(task, '169.254.169.254') ? ['TIMEOUT', ''] : undefined;
    expect(outcome(side, 'net.metadata', none)).toEqual(['notApplicable']);
    expect(statuses(side, none)).toEqual(['holds', 'holds', 'holds']);
    const noRam: Change = (pod, task) =>
      pod === RAM && 'host' in task ? ['TIMEOUT', ''] : undefined;
    expect(outcome(side, 'net.metadata', noRam)).toEqual(['inconclusive']);
    expect(statuses(side, noRam)).toEqual(['unproven', 'holds', 'holds']);
  });

  it('call a breach of what need not exist a breach', () => {
    expect(
      outcome(side, 'net.internet', (pod, task) =>
        pod === 'acme' && dials(task, '203.0.113.53') ? ['OK', ''] : undefined,
      ),
    ).toEqual(['breached']);
  });

  it('are there for what did not arrive, with the reason', () => {
    const { receipts } = receiptsOf(
      side,
      testRound(side, pod => (pod === 'acme' ? 'missing' : undefined)),
    );
    const own = receipts.filter(
      r => r.check === 'net.own-service' || r.check === 'sec.login',
    );
    expect(own.map(({ outcome: o, reason }) => [o, reason])).toEqual([
      ['inconclusive', 'The proof pod finds no node'],
      ['inconclusive', 'The proof pod finds no node'],
    ]);
    expect(
      statuses(side, pod => (pod === 'acme' ? 'missing' : undefined)),
    ).toEqual(['unproven', 'unproven', 'holds']);
  });

  it('are all inconclusive where a round could not begin', () => {
    const nothing = {
      ...testRound(side, () => 'missing'),
      portal: new Map(),
      problem: 'no API server',
    };
    const { receipts } = receiptsOf(side, nothing);
    expect(new Set(receipts.map(r => r.outcome))).toEqual(
      new Set(['inconclusive']),
    );
    expect(judge(receipts).map(v => v.status)).toEqual([
      'unproven',
      'unproven',
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
    ])('leave it out: %s', (_, change) => {
      const { receipts, neighbour } = receiptsOf(side, testRound(side, change));
      expect(neighbour).toBe('canary');
      expect(
        receipts.some(
          r =>
            r.check.includes('.neighbour-') && r.check !== 'sec.neighbour-role',
        ),
      ).toBe(false);
      expect(judge(receipts).map(v => v.status)).toEqual([
        'holds',
        'holds',
        'holds',
      ]);
    });

    it('keep the breach that it has shown', () => {
      const change: Change = (pod, task) => {
        if (pod !== 'globex') {
          return undefined;
        }
        return dials(task, acme.host) ? ['OK', ''] : 'missing';
      };
      expect(statuses(side, change)).toEqual(['breached', 'holds', 'holds']);
    });
  });

  it('say how long a fresh policy took', () => {
    const results = testRound(side);
    const slow = results.answers.get(side, {
      by: 'tenant',
      task: { do: 'connect', ...side.canary.service },
    })!;
    slow.enforcedAfterMs = 1200;
    expect(receiptsOf(side, results).timeToEnforceMs).toBe(1200);
  });
});
