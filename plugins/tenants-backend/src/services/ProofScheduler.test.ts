import { mockServices } from '@backstage/backend-test-utils';
import { FakeProver, FakeTenantSource } from '../__testUtils__/fakes';
import { testDatabases } from '../__testUtils__/databases';
import { testTenant } from '../__testUtils__/testTenant';
import { DatabaseProofStore } from '../database/DatabaseProofStore';
import { ProofRunner } from './ProofRunner';
import { ProofScheduler } from './ProofScheduler';

const MINUTE = 60_000;

describe('ProofScheduler', () => {
  const databases = testDatabases();

  it('proves all tenants of clusters that answer, each interval, and prunes', async () => {
    const knex = await databases.init('SQLITE_3');
    const clock = { now: Date.parse('2026-11-24T08:00:00Z') };
    const source = new FakeTenantSource();
    source.tenants = ['a', 'b', 'c'].map(name => testTenant(name));
    source.tenants.push(testTenant('far', { cluster: 'prod' }));
    source.away.set('prod', 'no answer');
    const prover = new FakeProver();
    const logger = mockServices.logger.mock();
    const scheduler = mockServices.scheduler.mock();
    const store = await DatabaseProofStore.create({
      database: mockServices.database.mock({ getClient: async () => knex }),
      intervalMs: 5 * MINUTE,
      now: () => clock.now,
    });
    const runner = ProofRunner.create({
      store,
      source,
      prover,
      announcer: { moved: async () => {}, changed: async () => {} },
      logger,
      concurrency: 2,
      deadlineMs: MINUTE,
    });
    const proofs = ProofScheduler.create({
      scheduler,
      store,
      source,
      runner,
      prover,
      logger,
      intervalMs: 5 * MINUTE,
      retention: { days: 30, count: 1 },
      health: { health: async () => ({ status: 'ok', problems: [] }) },
    });
    await proofs.start();
    const scopes = scheduler.scheduleTask.mock.calls.map(([task]) => [
      task.id,
      task.scope,
    ]);
    expect(scopes).toEqual([
      ['tenants-prove-due', 'global'],
      ['tenants-run-queue', 'local'],
      ['tenants-prepare-clusters', 'local'],
      ['tenants-watch-health', 'local'],
      ['tenants-prune-proofs', 'global'],
    ]);

    const tick = async () => {
      prover.rounds.length = 0;
      const release = prover.hold();
      await proofs.proveDue(clock.now);
      release();
      await runner.idle();
      return prover.rounds.flatMap(r => r.tenants.map(t => t.name)).sort();
    };
    expect(await tick()).toEqual(['a', 'b', 'c']);
    clock.now += 5 * MINUTE - 1;
    expect(await tick()).toEqual([]);
    clock.now += 1;
    // One at a time keeps the pace; its neighbour is proved with it.
    expect(await tick()).toEqual(['a', 'c']);
    clock.now += 1;
    expect(await tick()).toEqual(['b', 'c']);
    clock.now += 1;
    source.away.clear();
    expect(await tick()).toEqual(['far']);

    await proofs.prune();
    expect(logger.info).toHaveBeenCalledWith('4 old proofs were deleted');
  });
});
