import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { labPaths, labUp } from '../packages/lab/src/index.ts';
import { root } from './lib/run.ts';

// The benchmarks of packages/e2e on the lab (all, or those that are named), which
// is brought up where it is down. The engine is a Backstage package and loads as
// the portal loads it.
await labUp();
const child = spawn(
  process.execPath,
  [
    '--no-warnings',
    '--require',
    '@backstage/cli/config/nodeTransform.cjs',
    'bench/main.ts',
    ...process.argv.slice(2),
  ],
  {
    cwd: join(root, 'packages', 'e2e'),
    stdio: 'inherit',
    env: { ...process.env, THREEWALLS_LAB_STATE: labPaths().state },
  },
);
child.on('exit', code => {
  process.exitCode = code ?? 1;
});
