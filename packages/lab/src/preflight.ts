import { existsSync } from 'node:fs';
import { LabError } from './errors.ts';
import { run } from './run.ts';

/**
 * Why this machine can't host a node, if it can't; throws where not even the
 * control plane can run.
 */
export async function nodeObstacle(): Promise<string | undefined> {
  if (process.platform === 'win32') {
    throw new LabError(
      "the lab does not run on Windows: run it on Linux, or use your own cluster with 'npm start -- --kubeconfig FILE --vault URL'",
    );
  }
  if (process.platform !== 'linux') {
    return `a node needs Linux, and this is ${process.platform}`;
  }
  if (process.getuid?.() !== 0) {
    return 'a node needs root for its namespaces, mounts and eBPF';
  }
  if (!existsSync('/sys/fs/bpf')) {
    return 'this kernel has no eBPF, which Cilium needs';
  }
  const { code } = await run('unshare', ['-m', '-n', '-p', '-f', 'true'], {
    allowFailure: true,
  });
  return code === 0 ? undefined : "root can't create namespaces here";
}
