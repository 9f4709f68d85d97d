// Makes the lab's network one that rejects, in the pods of tenants and of the prover,
// until its input ends. What denies is Cilium, which drops: a connection's first packet
// that a pod sends a second time was dropped, and the pod is answered as by k3s's policy
// controller (ICMP "port unreachable"). A datagram is not sent again: one to a resolver
// outside is answered so in the namespaces that begin as the argument says. Run by Node
// itself, like the lab.
import { FOREIGN_DNS_IP } from '../../../lab/src/addresses.ts';
import { nodeCommand } from '../../../lab/src/node/node.ts';
import { labPaths } from '../../../lab/src/paths.ts';
import { run } from '../../../lab/src/run.ts';

const [, , ours] = process.argv;
const paths = labPaths();
const AGAIN =
  '-p tcp --syn -m hashlimit --hashlimit-name again --hashlimit-mode srcip,srcport,dstip,dstport --hashlimit-above 1/min --hashlimit-burst 1';
const OUTSIDE = `-p udp -d ${FOREIGN_DNS_IP} --dport 53`;

const CONTAINERS = ['ctr', '-n', 'k8s.io', 'c'];

async function inNode(...command) {
  const [nsenter, ...rest] = await nodeCommand(paths, command);
  return run(nsenter, rest, { allowFailure: true });
}

/** Adds the rules in a pod's network namespace, or deletes them; says what is wrong. */
async function rules(how, { path, matches }) {
  const each = matches.map(one => `iptables -w ${how} OUTPUT ${one} -j REJECT`);
  const shell = ['sh', '-c', `set -e; ${each.join('; ')}`];
  const { stderr } = await inNode('nsenter', `--net=${path}`, ...shell);
  return stderr;
}

async function podOf(sandbox) {
  const info = await inNode(...CONTAINERS, 'info', sandbox);
  if (info.code !== 0) {
    return undefined; // it has just gone
  }
  const { Labels, Spec } = JSON.parse(info.stdout);
  const namespace = Labels['io.kubernetes.pod.namespace'];
  const path = Spec.linux.namespaces.find(n => n.type === 'network')?.path;
  return path && namespace.startsWith('web-tenant-')
    ? { path, matches: namespace.startsWith(ours) ? [OUTSIDE, AGAIN] : [AGAIN] }
    : undefined;
}

/** Pods by their sandboxes; nothing for those of others. */
const known = new Map();
let ended = false;
process.stdin.resume().on('end', () => (ended = true));
for (let first = true; !ended; first = false) {
  const filter = 'labels."io.cri-containerd.kind"==sandbox';
  const { stdout } = await inNode(...CONTAINERS, 'ls', '-q', filter);
  const listed = stdout.split('\n').filter(Boolean);
  const added = listed.filter(sandbox => !known.has(sandbox));
  await Promise.all(
    added.map(async sandbox => {
      const pod = await podOf(sandbox);
      known.set(sandbox, pod);
      const wrong = pod && (await rules('-A', pod));
      // Of a pod that is gone the sandbox is kept for a while.
      if (wrong && !wrong.includes('No such file')) {
        process.stderr.write(`${pod.path}: ${wrong}`);
      }
    }),
  );
  if (first) {
    process.stdout.write('rejects\n');
  }
  await new Promise(done => setTimeout(done, 50));
}
// Pods that stay are others' again; most are gone, with their namespaces.
for (const pod of known.values()) {
  await (pod && rules('-D', pod));
}
