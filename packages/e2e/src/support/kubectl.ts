import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { labState } from './lab';

/** What an administrator types, and what it printed. */
export async function kubectl(
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const KUBECONFIG = join(labState, 'admin.kubeconfig');
  const { stdout } = await promisify(execFile)(
    join(labState, 'bin', 'kubectl'),
    args,
    { env: { ...process.env, KUBECONFIG, ...env } },
  );
  return stdout;
}
