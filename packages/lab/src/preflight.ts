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
      "the lab does not run on Windows: run it in a Linux machine, or bring a cluster of your own with 'npm start -- --kubeconfig FILE --vault URL'",
    );
  }
  if (process.platform !== 'linux') {
    return `a node is Linux and this is ${process.platform}`;
  }
  if (process.getuid?.() !== 0) {
    return 'a node needs root, for its namespaces, mounts and eBPF';
  }
  if (!existsSync('/sys/fs/bpf')) {
    return 'this kernel has no eBPF, which Cilium needs';
  }
  const { code } = await run('unshare', ['-m', '-n', '-p', '-f', 'true'], {
    allowFailure: true,
  });
  return code === 0 ? undefined : 'root may make no namespaces here';
}
