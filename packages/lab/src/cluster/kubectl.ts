import { join } from 'node:path';
import type { LabPaths } from '../paths.ts';
import { run } from '../run.ts';

/** The environment of kubectl, with no kubeconfig of the caller's. */
export function kubectlEnv(paths: LabPaths): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: paths.adminKubeconfig };
}

/** Server-side apply of files or folders of manifests. */
export async function applyFiles(paths: LabPaths, files: string[]) {
  await run(
    join(paths.binDir, 'kubectl'),
    [
      ...['apply', '--server-side', '--force-conflicts', '--recursive'],
      '--field-manager=threewalls-lab',
      ...files.flatMap(file => ['-f', file]),
    ],
    { env: kubectlEnv(paths) },
  );
}
