import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DNS_SERVICE_IP, FOREIGN_DNS_IP, INTERNET_IP } from '../addresses.ts';
import { NODE_STATE } from '../paths.ts';
import { IMAGES } from '../versions.ts';

/** containerd 1.6 and newer read this. */
const CONTAINERD = `version = 2
root = "${NODE_STATE}/containerd"
state = "/run/containerd"

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGES.agnhost}"
  # A machine may lack the right to lower a process's OOM score.
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${NODE_STATE}/cni"
    conf_dir = "/run/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;

const KUBELET = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: `${NODE_STATE}/pki/ca.crt` },
  },
  authorization: { mode: 'Webhook' },
  clusterDNS: [DNS_SERVICE_IP],
  clusterDomain: 'cluster.local',
  // Names are the cluster's alone: nothing of the machine's resolver.
  resolvConf: '/dev/null',
  cgroupDriver: 'cgroupfs',
  cgroupRoot: '/threewalls',
  failCgroupV1: false,
  enforceNodeAllocatable: [],
  failSwapOn: false,
  // A small server in place of n8n takes so little that a node holds hundreds.
  maxPods: 300,
  // The disk is the machine's own: leave images and pods alone.
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '50Mi',
    'nodefs.available': '1%',
    'nodefs.inodesFree': '1%',
    'imagefs.available': '1%',
  },
  crashLoopBackOff: { maxContainerRestartPeriod: '10s' },
  serializeImagePulls: false,
  // Read before a pod is called ready again after a restart of the node.
  nodeStatusUpdateFrequency: '5s',
  shutdownGracePeriod: '0s',
};

const CILIUM = {
  cniVersion: '0.3.1',
  name: 'cilium',
  plugins: [
    {
      type: 'cilium-cni',
      'enable-debug': false,
      'log-file': '/var/log/cilium-cni.log',
    },
  ],
};

/** A resolver that is not the cluster's: a target that walls must keep away. */
const FOREIGN_DNS = `.:53 {
    bind ${FOREIGN_DNS_IP}
    hosts {
        ${INTERNET_IP} api.saas.test
    }
}
`;

/** Writes the files that the node's daemons are started with. */
export function writeNodeConfig(state: string) {
  const folder = join(state, 'config');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | object) =>
    writeFileSync(
      join(folder, name),
      typeof content === 'string'
        ? content
        : `${JSON.stringify(content, undefined, 2)}\n`,
    );
  write('containerd.toml', CONTAINERD);
  write('kubelet.json', KUBELET);
  write('05-cilium.conflist', CILIUM);
  write('foreign-dns.Corefile', FOREIGN_DNS);
}
