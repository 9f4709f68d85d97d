import { existsSync } from 'node:fs';
import { LabError } from './errors.ts';

/** What a node can't do without. */
export function refuseUnfitMachine() {
  if (process.platform !== 'linux') {
    throw new LabError(
      `the lab's node is Linux and this is ${process.platform}: run it in a Linux machine, or bring a cluster of your own with 'npm start -- --kubeconfig FILE --vault URL'`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new LabError(
      "a node needs root for its namespaces, mounts and eBPF: run this as root, or bring a cluster of your own with 'npm start -- --kubeconfig FILE --vault URL'",
    );
  }
  if (!existsSync('/proc/self/ns/net') || !existsSync('/sys/fs/bpf')) {
    throw new LabError(
      'this kernel has no network namespaces or no eBPF, which a node with Cilium needs: use a kernel with both',
    );
  }
}
