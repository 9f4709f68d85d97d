import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { Receipt, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  CHECKS,
  Clusters,
  proveTenants,
  readPlatform,
  runDrill,
  TenantProof,
} from '@threewalls/backstage-plugin-tenants-node';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { configOf } from '../__testUtils__/startTenantsBackend';
import { testReceipt, testResult } from '../__testUtils__/testResult';

jest.setTimeout(60_000);

const HOUR_MS = 60 * 60_000;
const credentials = createMockDirectory();

/** What a prover says of the pair; what there is then is in the fake. */
type Says = (isBroken: boolean) => Pick<TenantProof, 'verdicts' | 'receipts'>;

describe('runDrill', () => {
  let lab: FakeCluster;
  let other: FakeCluster;

  beforeEach(async () => {
    [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
  });

  afterEach(async () => {
    await Promise.all([lab.stop(), other.stop()]);
  });

  async function drill(says: Says, choice = 0) {
    const data = configOf(credentials, { lab, other });
    const platform = readPlatform(mockServices.rootConfig({ data }));
    const cluster = Clusters.fromPlatform(platform).get('lab');
    const worlds: Map<string, any>[] = [];
    const prove: typeof proveTenants = async ({ tenants }) => {
      worlds.push(new Map(lab.objects));
      const proof = { neighbour: 'drill-b', ...says(worlds.length > 1) };
      return new Map(tenants.map(({ spec }) => [spec.name, proof]));
    };
    const result = await runDrill({
      cluster,
      prove,
      random: () => (choice + 0.5) / 4,
    });
    const left = [...lab.objects.keys()].filter(key => key.includes('drill-'));
    return { result, worlds, left };
  }

  /** Everything breached once it is broken, by each check that there is. */
  const honest: Says = isBroken => ({
    verdicts: testResult(isBroken ? 'breached' : 'holds').verdicts,
    receipts: CHECKS.map(({ id, wall, kind }) =>
      testReceipt({
        check: id,
        wall,
        kind,
        startedAt: new Date().toISOString(),
        outcome: isBroken ? 'breached' : 'asExpected',
      }),
    ),
  });

  it.each([0, 1, 2, 3])(
    'breaks each wall of a sound pair, and leaves nothing (choice %s)',
    async choice => {
      const { result, worlds, left } = await drill(honest, choice);
      expect(result).toEqual({
        outcome: 'caught',
        walls: WALLS.map(wall => ({
          wall,
          way: expect.any(String),
          caughtAfterMs: expect.any(Number),
        })),
      });
      const [sound, broken] = worlds;
      const differing = [
        ...new Set([...sound.keys(), ...broken.keys()]),
      ].filter(
        key =>
          JSON.stringify(sound.get(key)) !== JSON.stringify(broken.get(key)),
      );
      for (const part of [
        /networkpolicies\//,
        /^\/v1\/(sys\/policies\/acl|auth\/kubernetes\/role)\/tenant-drill-/,
        /resourcequotas\/tenant-quota$/,
      ]) {
        expect(differing).toContainEqual(expect.stringMatching(part));
      }
      // Nobody gets a right over anything but the pair.
      expect(differing.every(key => /drill-[ab]/.test(key))).toBe(true);
      expect(left).toEqual([]);
    },
  );

  const withReceipts =
    (change: (all: Receipt[]) => Receipt[]): Says =>
    isBroken => {
      const { verdicts, receipts } = honest(isBroken);
      return { verdicts, receipts: change(receipts) };
    };

  it.each<[string, Says, 'missed' | 'failed', RegExp]>([
    [
      'receipts that are dropped, and a judge that says yes',
      () => ({ verdicts: testResult('holds').verdicts, receipts: [] }),
      'missed',
      /not found by net\.canary-egress/,
    ],
    [
      'a judge that says yes',
      isBroken => ({
        receipts: honest(isBroken).receipts,
        verdicts: testResult('holds').verdicts,
      }),
      'missed',
      /judged as holds, with receipts that say otherwise/,
    ],
    [
      'one check that sees nothing',
      withReceipts(all =>
        all.filter(({ check }) => check !== 'sec.neighbour-data'),
      ),
      'missed',
      /^secret wall, .*: not found by sec\.neighbour-data$/,
    ],
    [
      'a clock that is an hour slow',
      withReceipts(all =>
        all.map(receipt => ({
          ...receipt,
          startedAt: new Date(Date.now() + HOUR_MS).toISOString(),
        })),
      ),
      'missed',
      /^The portal’s clock says /,
    ],
    [
      'a prover that finds everything breached',
      () => honest(true),
      'failed',
      /could not be shown to be sound: network breached/,
    ],
    [
      'a prover that judges one wall alone',
      isBroken => ({
        ...honest(isBroken),
        verdicts: honest(isBroken).verdicts.slice(0, 1),
      }),
      'failed',
      /not every wall was judged/,
    ],
  ])('finds %s', async (_, says, outcome, reason) => {
    const { result, left } = await drill(says);
    expect([result.outcome, result.reason]).toEqual([
      outcome,
      expect.stringMatching(reason),
    ]);
    expect(left).toEqual([]);
  });

  it("says what of the pair can't be removed, whatever was caught", async () => {
    const { result } = await drill(isBroken => {
      lab.away = isBroken ? 'refuses' : 'no';
      return honest(isBroken);
    });
    expect(result).toMatchObject({
      outcome: 'caught',
      reason: expect.stringMatching(/drill-a is left with open walls: /),
    });
  });

  it("fails, and says why, where the pair can't be created", async () => {
    lab.away = 'refuses';
    const { result } = await drill(honest);
    expect(result).toEqual({
      outcome: 'failed',
      reason: expect.stringMatching(/can't be reached/),
      walls: [],
    });
  });
});
