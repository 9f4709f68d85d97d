import { setTimeout as sleep } from 'node:timers/promises';
import { GatedLab } from './recoveryConfig';
import { expectDone, namesOf, Replica, ReplicasPortal } from './replicasPortal';
import { FULL } from './support/full';
import { adminLab } from './support/lab';
import { breachesOf, statusOf, untilTenant } from './wallsDetection';

jest.setTimeout(180_000);

const NAME = `t-seen-${process.pid}`;
/** Seconds until a wall whose objects are wrong has to be breached in the API. */
const SEEN_S = { kubernetes: 2, vault: 20 };
/** Seconds until it was attacked: changes are followed by one proof in ten seconds, which takes as long. */
const ATTACKED_S = 30;

/** Seconds until its objects are as they were, where it is restored by itself. */
const HEALED_S = { kubernetes: 5, vault: 25 };

const breaches = breachesOf(namesOf(NAME), adminLab());
/** CI has time for one of each way in which a change is heard of. */
const BRIEFLY = /policy is deleted|made admin|role in Vault/;

let lab: GatedLab;
let portal: ReplicasPortal;
let api: Replica;

const isSound = (tenant: any) =>
  tenant.walls.every((wall: any) => wall.status === 'holds');
const restore = async () => {
  expectDone(await api.run(NAME, { kind: 'apply' }));
  // A change is followed by a proof by itself.
  await untilTenant(api, NAME, isSound, 40);
};

beforeAll(async () => {
  lab = await GatedLab.open();
  portal = await ReplicasPortal.small({ clusters: lab.clusters });
  api = await portal.start('one');
  await api.order(NAME);
  await api.run(NAME, { kind: 'prove' });
  await untilTenant(api, NAME, isSound, 15);
});

afterAll(async () => {
  await Promise.allSettled(breaches.map(breach => breach.undo?.()));
  await api?.remove(NAME).catch(() => undefined);
  await portal?.stop();
  await lab?.stop();
});

describe('a change to a tenant', () => {
  it.each(breaches.filter(({ title }) => FULL || BRIEFLY.test(title)))(
    'turns its $wall wall: $title',
    async ({ wall, by, do: act, undo }) => {
      await act();
      const { tenant } = await untilTenant(
        api,
        NAME,
        // Seen, and on record.
        t =>
          statusOf(t, wall) === 'breached' &&
          t.walls.some(w => w.wall === wall && w.proofId),
        SEEN_S[by],
      );
      const { proofId } = tenant.walls.find(w => w.wall === wall)!;
      const proof = await api.get(`/tenants/${NAME}/proofs/${proofId}`);
      expect(proof).toMatchObject({ trigger: 'event', scope: 'state' });
      await undo?.();
      await restore();
    },
  );

  it('is attacked without anybody asking, and holds again after a restore by itself', async () => {
    const [{ do: act }] = breaches;
    const before = (await api.get(`/tenants/${NAME}`)).lastProof.id;
    await act();
    const { tenant } = await untilTenant(
      api,
      NAME,
      t => t.lastProof!.id !== before,
      ATTACKED_S,
    );
    expect(tenant.lastProof).toMatchObject({ trigger: 'event' });
    expect(statusOf(tenant, 'network')).toBe('breached');
    const { receipts } = await api.get(
      `/tenants/${NAME}/proofs/${tenant.lastProof!.id}`,
    );
    const reached = receipts.find(
      (r: any) => r.check === 'net.canary-ingress' && r.outcome === 'breached',
    );
    expect(reached).toBeTruthy();
    await restore();
  });

  it('is restored by itself where its spec says so, but not for ever', async () => {
    const restores = async () => {
      const { items } = await api.get(`/tenants/${NAME}/operations`);
      return items.filter((o: any) => o.request.restores);
    };
    await api.order(NAME, { heal: true });
    const [deleted, open] = breaches;
    const inVault = breaches.find(({ by }) => by === 'vault')!;
    const acts = [deleted, open, inVault];
    for (const [i, { do: act, by, title }] of acts.entries()) {
      await untilTenant(api, NAME, isSound, 40);
      const begun = Date.now();
      await act();
      let all: any[];
      do {
        expect(Date.now() - begun).toBeLessThan(HEALED_S[by] * 1000);
        await sleep(25);
        all = await restores();
      } while (all.length <= i || all[0].state !== 'succeeded');
      process.stdout.write(
        `Restored ${Date.now() - begun} ms after ${title}\n`,
      );
      expect(all[0].request.restores).toHaveLength(1);
    }
    expect((await restores())[1].request.restores[0]).toMatchObject({
      id: 'NetworkPolicy tenant-isolation',
      fields: [{ field: 'spec.ingress.0.from', manager: 'kubectl-edit' }],
    });
    await untilTenant(api, NAME, isSound, 40);
    await deleted.do();
    await untilTenant(
      api,
      NAME,
      t => statusOf(t, 'network') === 'breached',
      SEEN_S.kubernetes,
    );
    // By then it would have been.
    await sleep(3_000);
    expect(await restores()).toHaveLength(acts.length);
    expect((await api.statuses(NAME))[0]).toBe('breached');
  });
});
