import { Receipt, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  DrillOptions,
  ensureCanary,
  planDrill,
  proveTenants,
  runDrill,
} from '@threewalls/backstage-plugin-tenants-node';
import { FULL } from './support/full';
import { IMAGES, replacing } from './support/lab';
import { openLab, WallsLab } from './wallsLab';

const HOUR_MS = 60 * 60_000;
/** As many drills as make every way there is be chosen once. */
const WAYS = FULL ? [0, 1, 2, 3] : [0];

jest.setTimeout(360_000);

type Prove = NonNullable<DrillOptions['prove']>;

/** Somebody has been at the prover: what each does to it, and what the drill says then. */
const SABOTAGES: {
  title: string;
  outcome: 'missed' | 'failed';
  says: RegExp;
  cluster?(cluster: Cluster): Cluster;
  prove?: Prove;
  clockMs?: number;
}[] = [
  {
    title: 'a judge that says yes to everything',
    outcome: 'missed',
    says: /judged as holds, with receipts that say otherwise/,
    prove: sayingYes(receipts => receipts),
  },
  {
    title: 'receipts of what got through that are dropped',
    outcome: 'missed',
    says: /not found by net\.canary-egress/,
    prove: sayingYes(receipts =>
      receipts.filter(({ outcome }) => outcome !== 'breached'),
    ),
  },
  {
    title: 'an image of the proof pod that says what it said before',
    outcome: 'missed',
    says: /not found by net\.canary-egress/,
    cluster: replaying,
  },
  {
    title: 'an image of the proof pod that says nothing',
    outcome: 'failed',
    says: /could not be shown to be sound/,
    prove: ({ cluster, ...options }) => {
      const { config } = cluster;
      const proofs = { ...config.proofs, image: IMAGES.agnhost };
      return proveTenants({
        ...options,
        cluster: { ...cluster, config: { ...config, proofs } },
      });
    },
  },
  {
    title: 'a clock that is an hour slow',
    outcome: 'missed',
    says: /^The portal’s clock says .*, the one of /,
    clockMs: -HOUR_MS,
  },
];

describe('A drill, on the lab', () => {
  let lab: WallsLab;

  beforeAll(async () => {
    lab = openLab();
    await ensureCanary(lab.cluster);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    for (const { names } of planDrill(lab.cluster.config)) {
      const { status } = await lab.admin.request({
        method: 'GET',
        path: `/api/v1/namespaces/${names.namespace}`,
      });
      if (status !== 404) {
        throw new Error(`A drill has left ${names.namespace}`);
      }
    }
  });

  it.each(WAYS)(
    'breaks each wall in a way that is found (choice %s)',
    async choice => {
      const { cluster } = lab;
      const random = () => (choice + 0.5) / 4;
      const result = await runDrill({ cluster, random });
      expect(result).toEqual({
        outcome: 'caught',
        walls: WALLS.map(wall => ({
          wall,
          way: expect.any(String),
          caughtAfterMs: expect.any(Number),
        })),
      });
      process.stdout.write(
        `${result.walls
          .map(w => `${w.wall}: ${w.way}, found after ${w.caughtAfterMs} ms`)
          .join('\n')}\n`,
      );
    },
  );

  (FULL ? SABOTAGES : []).forEach(sabotage => {
    it(`finds ${sabotage.title}`, async () => {
      const { outcome, says, cluster = c => c, prove, clockMs } = sabotage;
      if (clockMs) {
        const { now } = Date;
        jest.spyOn(Date, 'now').mockImplementation(() => now() + clockMs);
      }
      const result = await runDrill({
        cluster: cluster(lab.cluster),
        prove,
        random: () => 0,
      });
      expect([result.outcome, result.reason]).toEqual([
        outcome,
        expect.stringMatching(says),
      ]);
    });
  });
});

/** Proofs whose walls all hold, whatever their receipts say. */
function sayingYes(keep: (receipts: Receipt[]) => Receipt[]): Prove {
  return async options => {
    const proofs = await proveTenants(options);
    return new Map(
      [...proofs].map(([name, proof]) => [
        name,
        {
          ...proof,
          receipts: keep(proof.receipts),
          verdicts: proof.verdicts.map(verdict => ({
            ...verdict,
            status: 'holds' as const,
          })),
        },
      ]),
    );
  };
}

/** Pods of the pair answer each question as the first of them that was asked it. */
function replaying(cluster: Cluster): Cluster {
  const said = new Map<string, object>();
  const { kubernetes } = cluster;
  const logs: typeof kubernetes.logs = async function* replay(pod, options) {
    for await (const line of kubernetes.logs(pod, options)) {
      const [nonce] = line.split(' ', 1);
      let answer: any;
      try {
        answer = JSON.parse(line.slice(nonce.length + 1));
      } catch {
        answer = {};
      }
      if (answer.id && pod.namespace.endsWith('drill-a')) {
        const before = said.get(answer.id) ?? answer;
        said.set(answer.id, before);
        const { startedAt } = answer;
        yield `${nonce} ${JSON.stringify({ ...before, startedAt })}`;
      } else {
        yield line;
      }
    }
  };
  return { ...cluster, kubernetes: replacing(kubernetes, { logs }) };
}
