import { spawn } from 'node:child_process';
import { labPaths } from '../../packages/lab/src/index.ts';
import { root } from './run.ts';

/**
 * Runs `npm start` as people type it, for tests: interrupts npm alone some time
 * after it has printed something, and waits for its end.
 */
export async function npmStart(
  args: string[],
  until: RegExp,
  afterMs = 0,
): Promise<{ code: number | null; output: string }> {
  const child = spawn('npm', ['start', '--silent', '--', ...args], {
    cwd: root,
    env: { ...process.env, THREEWALLS_LAB_STATE: labPaths().state },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      const before = until.test(output);
      output += text;
      if (!before && until.test(output)) {
        setTimeout(() => child.kill('SIGINT'), afterMs);
      }
    });
  }
  const code = await new Promise<number | null>(resolve =>
    child.once('close', resolve),
  );
  return { code, output };
}
