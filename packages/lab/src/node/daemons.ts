import {
  API_PORT,
  NODE_IP,
  NODE_NAME,
  POD_CIDR,
  SERVICE_CIDR,
} from '../addresses.ts';
import { NODE_STATE } from '../paths.ts';

/** Where a daemon finds its files and neighbours. */
export interface Surroundings {
  /** The state folder as the daemon sees it. */
  state: string;
  /** The address that the API server makes known. */
  apiAddress: string;
  apiPort: number;
  /** etcd's, on loopback; the next one is for its peers. */
  etcdPort: number;
}

/** What the daemons of a node have around them. */
const IN_NODE: Surroundings = {
  state: NODE_STATE,
  apiAddress: NODE_IP,
  apiPort: API_PORT,
  etcdPort: 2379,
};

export type Command = string[];

export function etcd({ state, etcdPort }: Surroundings): Command {
  const clients = `http://127.0.0.1:${etcdPort}`;
  const peers = `http://127.0.0.1:${etcdPort + 1}`;
  return [
    `${state}/bin/etcd`,
    '--name=lab',
    `--data-dir=${state}/etcd`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=lab=${peers}`,
    // The data outlives the process, not a power cut: good enough here.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export function apiServer(at: Surroundings): Command {
  const { state, apiAddress, apiPort, etcdPort } = at;
  const pki = `${state}/pki`;
  return [
    `${state}/bin/kube-apiserver`,
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--advertise-address=${apiAddress}`,
    `--secure-port=${apiPort}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    `--tls-cert-file=${pki}/kube-apiserver.crt`,
    `--tls-private-key-file=${pki}/kube-apiserver.key`,
    `--client-ca-file=${pki}/ca.crt`,
    `--kubelet-client-certificate=${pki}/kubelet-client.crt`,
    `--kubelet-client-key=${pki}/kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki}/service-account.pub`,
    `--service-account-signing-key-file=${pki}/service-account.key`,
    '--allow-privileged=true',
    '--profiling=false',
  ];
}

export function controllerManager({ state }: Surroundings): Command {
  const kubeconfig = `${state}/config/kube-controller-manager.kubeconfig`;
  return [
    `${state}/bin/kube-controller-manager`,
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--allocate-node-cidrs=true',
    `--cluster-cidr=${POD_CIDR}`,
    // One node, which gets nearly all of the range.
    '--node-cidr-mask-size=18',
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    `--root-ca-file=${state}/pki/ca.crt`,
    `--service-account-private-key-file=${state}/pki/service-account.key`,
    '--use-service-account-credentials=true',
    '--kube-api-qps=200',
    '--kube-api-burst=300',
    '--profiling=false',
  ];
}

/** Every daemon of a node, by the name that its log has. */
export function nodeDaemons(): Record<string, Command> {
  const { state } = IN_NODE;
  const ciliumKubeconfig = `--k8s-kubeconfig-path=${state}/config/cilium.kubeconfig`;
  return {
    etcd: etcd(IN_NODE),
    'kube-apiserver': apiServer(IN_NODE),
    'kube-controller-manager': controllerManager(IN_NODE),
    'kube-scheduler': [
      `${state}/bin/kube-scheduler`,
      `--kubeconfig=${state}/config/kube-scheduler.kubeconfig`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--profiling=false',
    ],
    containerd: ['containerd', '--config', `${state}/config/containerd.toml`],
    kubelet: [
      `${state}/bin/kubelet`,
      `--config=${state}/config/kubelet.json`,
      `--kubeconfig=${state}/config/kubelet.kubeconfig`,
      `--root-dir=${state}/kubelet`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_IP}`,
    ],
    'cilium-operator': [
      `${state}/bin/cilium-operator`,
      ciliumKubeconfig,
      '--ipam=kubernetes',
      '--identity-allocation-mode=crd',
      '--enable-ipv6=false',
      '--operator-api-serve-addr=127.0.0.1:9234',
      // It would restart CoreDNS for having been there before the agent.
      '--unmanaged-pod-watcher-interval=0',
    ],
    'cilium-agent': [
      `${state}/bin/cilium-agent`,
      ciliumKubeconfig,
      '--ipam=kubernetes',
      '--routing-mode=native',
      `--ipv4-native-routing-cidr=${POD_CIDR}`,
      '--kube-proxy-replacement=true',
      '--devices=eth0',
      '--direct-routing-device=eth0',
      '--enable-ipv6=false',
      // For toFQDNs: the agent's own DNS proxy; no Envoy is needed for it.
      '--enable-l7-proxy=true',
      '--enable-hubble=true',
      '--enable-health-checking=false',
      '--enable-endpoint-health-checking=false',
      '--identity-allocation-mode=crd',
      '--preallocate-bpf-maps=false',
      '--bpf-map-dynamic-size-ratio=0.001',
      `--lib-dir=${state}/cilium`,
      '--bpf-root=/sys/fs/bpf',
      // The lab's own folder (init.sh), so that its socket hooks stay in there.
      '--cgroup-root=/run/cilium/cgroupv2',
      '--cni-exclusive=false',
    ],
    'internet-http': internet(80, 8081),
    'internet-https': internet(443, 8082),
    'foreign-dns': [
      `${state}/bin/coredns`,
      `-conf=${state}/config/foreign-dns.Corefile`,
      '-quiet',
    ],
  };
}

/** Answers on the addresses that stand for the internet and cloud metadata. */
function internet(port: number, udpPort: number): Command {
  return [
    `${IN_NODE.state}/bin/agnhost`,
    'netexec',
    `--http-port=${port}`,
    `--udp-port=${udpPort}`,
    // It would run commands for whoever asks: answer one harmless thing only.
    '--http-override=/clientip',
  ];
}
