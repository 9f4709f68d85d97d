import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildHelm,
  ensurePackages,
  labBuild,
  labDown,
  labPaths,
  labReset,
  labStatus,
  labUp,
  type NeededPackage,
} from '../packages/lab/src/index.ts';
import { Board } from './lib/board.ts';
import { buildFrontend, installDependencies } from './lib/install.ts';
import { POSTGRES, startPostgres } from './lib/postgres.ts';
import { runToEnd, stateDir, tail } from './lib/run.ts';

interface Count {
  passed: number;
  failed: number;
}

/** A part of the tests: a line of the run, and where its log is. */
interface Suite {
  title: string;
  run(): Promise<Count & { log?: string }>;
}

const [mode = 'test'] = process.argv.slice(2);
const withLab = mode !== 'test:unit';
/** The lab that somebody may have up; the tests have one of their own. */
const usersState = labPaths().state;
const testState = join(stateDir, 'lab');
const env: Record<string, string> = {
  CI: '1',
  THREEWALLS_LAB_STATE: testState,
  ...(mode === 'test:full' && { THREEWALLS_FULL: '1' }),
};

/** A command, and how many of its tests have passed. */
function suite(
  title: string,
  name: string,
  command: string[],
  count: (code: number, log: string) => Count,
): Suite {
  return {
    title,
    async run() {
      const { code, log } = await runToEnd(name, command, { env });
      const { passed, failed } = count(code, log);
      // What does not even load has no failed test of its own.
      return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, log };
    },
  };
}

/** A tool that passes or fails as a whole. */
const tool = (title: string, name: string, command: string[]) =>
  suite(title, name, command, code => ({
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
  }));

/** Jest, counted from its own report. */
function jest(title: string, name: string, command: string[]): Suite {
  const report = join(stateDir, `${name}.json`);
  const reporting = [...command, '--json', `--outputFile=${report}`];
  const { run } = suite(title, name, reporting, () => readReport(report));
  return { title, run: () => rm(report, { force: true }).then(run) };
}

function readReport(file: string): Count {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: report.numPassedTests,
      // A skipped test is one that nobody has seen pass.
      failed:
        report.numFailedTests +
        report.numFailedTestSuites -
        countFailedWithTests(report) +
        report.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Failed suites that are counted by their failed tests already. */
function countFailedWithTests(report: any): number {
  return report.testResults.filter(
    (one: any) =>
      one.status === 'failed' &&
      one.assertionResults.some((test: any) => test.status === 'failed'),
  ).length;
}

/** Node's own test runner, for what runs without dependencies. */
function nodeTest(title: string, name: string, pattern: string): Suite {
  // Of two labs one machine has one up: files one after another.
  const command = ['node', '--no-warnings', '--test', '--test-concurrency=1'];
  const tap = [...command, '--test-reporter=tap', pattern];
  return suite(title, name, tap, (_, log) => {
    const text = readFileSync(log, 'utf8');
    const counted = (what: string) =>
      Number(new RegExp(`^# ${what} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { passed: counted('pass'), failed: counted('fail') };
  });
}

/** One after another in each; one of them keeps one core busy. */
const CHECKS: Suite[][] = [
  [
    tool('Lint', 'lint', ['yarn', 'lint', '--max-warnings=0']),
    tool('Formatting', 'prettier', ['yarn', 'prettier:check']),
  ],
  [
    // Afresh: the order of a type's keys in the API reports depends on it.
    tool('Types', 'tsc', ['yarn', 'tsc', '--incremental', 'false']),
    tool('API reports', 'api-reports', [
      ...['yarn', 'build:api-reports:only', '--ci'],
    ]),
    tool('Types of the lab and scripts', 'tsc-scripts', [
      'yarn',
      'exec',
      'tsc -p packages/lab && tsc -p scripts && tsc -p packages/e2e/journey && tsc -p packages/e2e/install && tsc -p packages/e2e/bench',
    ]),
    nodeTest('Links of the documentation', 'docs', 'scripts/docs.test.ts'),
    nodeTest(
      'Unit tests of the lab',
      'lab-unit',
      'packages/lab/src/**/*.test.ts',
    ),
  ],
];

/** After those, one after another. */
const UNITS: Suite[] = [
  jest('Unit tests', 'unit', ['yarn', 'backstage-cli', 'repo', 'test']),
  nodeTest('Packed packages', 'packages', 'scripts/packages.test.ts'),
  nodeTest(
    'Clusters that npm start --install refuses',
    'try-out',
    'scripts/tryOut.test.ts',
  ),
];

/** Upon the front end as it was built for the lab's portal. */
const BUNDLE = tool('Size of the plugin in the browser', 'bundle-size', [
  'node',
  '--no-warnings',
  'scripts/bundleSize.ts',
]);

/** Files of tests that CI has no time for. */
const ONLY_IN_FULL = '\\.full\\.test\\.ts$';

const LAB_JEST = [
  ...['yarn', 'workspace', 'e2e', 'backstage-cli', 'package', 'test'],
  '--watchAll=false',
];

const ON_THE_LAB: Suite[] = [
  // Brings the lab up, which the others go on with.
  nodeTest(
    'The first start of all',
    'first-start',
    'scripts/firstStart.test.ts',
  ),
  // Mostly they wait, each for tenants of its own.
  jest('The engine on the lab', 'lab-engine', [
    ...LAB_JEST,
    '--maxWorkers=2',
    '--testPathIgnorePatterns',
    'src/walls',
    ...(mode === 'test:full' ? [] : [ONLY_IN_FULL]),
  ]),
  // Parts of the lab are stopped here: nothing else may need them.
  jest('The walls on the lab', 'lab-walls', [
    ...LAB_JEST,
    '--runInBand',
    'src/walls',
    ...(mode === 'test:full' ? [] : ['--testPathIgnorePatterns', ONLY_IN_FULL]),
  ]),
  nodeTest(
    'The portal in a browser, on the lab',
    'journey',
    'packages/e2e/journey/*.test.ts',
  ),
  // What it takes for a cluster of one's own has another config.
  nodeTest('npm start, as people type it', 'start', 'scripts/start.test.ts'),
  // Last: it takes this lab down for a bare one of its own.
  ...(mode === 'test:full'
    ? [
        nodeTest(
          'The guide, and npm start --install, on bare labs',
          'install',
          'packages/e2e/install/*.test.ts',
        ),
      ]
    : []),
];

/** Debian's packages that the tests take beside the lab's. */
const PACKAGES: NeededPackage[] = [
  POSTGRES,
  { anyOf: ['chromium'], package: 'chromium' },
  { anyOf: ['faketime'], package: 'faketime' },
];

async function main(): Promise<number> {
  const board = new Board();
  const total: Count = { passed: 0, failed: 0 };
  const run = async (suite: Suite) => {
    board.started(suite.title);
    const { passed, failed, log } = await suite.run();
    total.passed += passed;
    total.failed += failed;
    board.ended(
      suite.title,
      failed === 0 ? '✓' : '✗',
      `${passed} passed, ${failed} failed`,
    );
    if (failed > 0 && log) {
      board.line(`The end of ${log}:\n${tail(log, 120)}\n`);
    }
  };

  const runAll = async (suites: Suite[]) => {
    for (const one of suites) {
      await run(one);
    }
  };

  const wasUp = withLab && labStatus().running;
  // Before the lab does so too: apt lets one at a time.
  await board.part('Debian packages for the tests', detail =>
    ensurePackages(withLab ? PACKAGES : [POSTGRES], detail),
  );
  if (wasUp) {
    // Of two labs one machine has one up: it is brought back in the end.
    await board.part('Taking your lab down', labDown);
  }
  process.env.THREEWALLS_LAB_STATE = testState;
  // What it is made of is built beside the checks that do not need it.
  const lab = withLab ? buildLab(board) : Promise.resolve(undefined);
  try {
    await board.part('Dependencies', installDependencies);
    const postgres = await startPostgres();
    env.BACKSTAGE_TEST_DATABASE_POSTGRES15_CONNECTION_STRING = `postgresql://postgres@127.0.0.1:${postgres.port}/postgres`;
    try {
      await Promise.all(CHECKS.map(runAll));
      await runAll(UNITS);
    } finally {
      await postgres.stop();
    }
    if (withLab) {
      await board.part('Front end', buildFrontend);
      await run(BUNDLE);
      const error = await lab;
      if (error) {
        total.failed++;
        board.line(`✗ The lab was not built: ${error.message}`);
      } else {
        await runAll(ON_THE_LAB);
      }
    }
  } catch (error) {
    total.failed++;
    board.line(`✗ ${(error as Error).message}`);
  } finally {
    await lab;
    if (withLab) {
      await board.part('Taking the lab down', labReset);
    }
    if (wasUp) {
      process.env.THREEWALLS_LAB_STATE = usersState;
      await board.part('Bringing your lab back', () => labUp());
    }
    board.close();
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** The lab's build as one part among the others; resolves to what went wrong. */
function buildLab(board: Board): Promise<Error | undefined> {
  const work = board.part('Build of the lab', async detail => {
    await labBuild(({ parts }) => {
      const running = parts.filter(part => part.state === 'running');
      detail(
        running
          .map(part => [part.title, part.detail].filter(Boolean).join(': '))
          .join(', '),
      );
    });
    await buildHelm(text => detail(`Helm: ${text}`));
  });
  return work.then(
    () => undefined,
    (error: Error) => error,
  );
}

main().then(
  code => process.exit(code),
  error => {
    process.stderr.write(`${error.stack}\n`);
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  },
);
