import { VERSIONS } from '../versions.ts';

/** One `go build`: its packages land as binaries in the part's folder. */
export interface GoTarget {
  packages: string[];
  /** Names the binary; without it Go names each after its package. */
  output?: string;
  tags?: string;
  /** -X settings, as `import/path.name=value`. */
  stamps?: string[];
}

/** What is built from one of the folders in go/. */
export interface GoPart {
  id: string;
  title: string;
  version: string;
  targets: GoTarget[];
  /** What the build must leave in the part's folder. */
  binaries: string[];
  /** Folders or files of a module to keep beside the binaries. */
  keep?: { module: string; path: string; as: string }[];
  /** A module that is copied to src, with a file of ours put over one of its. */
  patch?: { module: string; file: string; over: string };
}

const k8s = VERSIONS.kubernetes;
const [k8sMajor, k8sMinor] = k8s.split('.');
const K8S_STAMPS = [
  'k8s.io/component-base/version',
  'k8s.io/client-go/pkg/version',
].flatMap(path => [
  `${path}.gitVersion=v${k8s}`,
  `${path}.gitMajor=${k8sMajor}`,
  `${path}.gitMinor=${k8sMinor}`,
]);
const CILIUM_STAMPS = [
  `github.com/cilium/cilium/pkg/version.ciliumVersion=${VERSIONS.cilium}`,
];

/** What the control plane alone is made of. */
export const CONTROL_PLANE_PARTS = [
  'etcd',
  'kubernetes',
  'vault',
  'vault-kubernetes-auth',
  // For its resource definitions.
  'external-secrets',
];

/** In the order in which they are built: what `up` waits for longest is last. */
export const GO_PARTS: GoPart[] = [
  {
    id: 'etcd',
    title: 'etcd',
    version: VERSIONS.etcd,
    targets: [{ packages: ['go.etcd.io/etcd/server/v3'], output: 'etcd' }],
    binaries: ['etcd'],
  },
  {
    id: 'coredns',
    title: 'CoreDNS',
    version: VERSIONS.coredns,
    targets: [{ packages: ['.'], output: 'coredns' }],
    binaries: ['coredns'],
  },
  {
    id: 'kubernetes',
    title: 'Kubernetes',
    version: k8s,
    targets: [
      {
        packages: [
          'k8s.io/kubernetes/cmd/kube-apiserver',
          'k8s.io/kubernetes/cmd/kube-controller-manager',
          'k8s.io/kubernetes/cmd/kube-scheduler',
          'k8s.io/kubernetes/cmd/kubelet',
          'k8s.io/kubernetes/cmd/kubectl',
          'k8s.io/kubernetes/test/images/agnhost',
        ],
        stamps: K8S_STAMPS,
      },
    ],
    binaries: [
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'kubectl',
      'agnhost',
    ],
  },
  {
    id: 'vault',
    title: 'Vault',
    version: VERSIONS.vault,
    targets: [
      {
        packages: ['github.com/hashicorp/vault'],
        output: 'vault',
        tags: 'minimal',
      },
    ],
    binaries: ['vault'],
  },
  {
    id: 'vault-kubernetes-auth',
    title: "Vault's Kubernetes auth method",
    version: '0.23.1',
    targets: [
      {
        packages: [
          'github.com/hashicorp/vault-plugin-auth-kubernetes/cmd/vault-plugin-auth-kubernetes',
        ],
      },
    ],
    binaries: ['vault-plugin-auth-kubernetes'],
  },
  {
    id: 'external-secrets',
    title: 'External Secrets',
    version: VERSIONS.externalSecrets,
    targets: [
      {
        packages: ['github.com/external-secrets/external-secrets'],
        output: 'external-secrets',
      },
    ],
    binaries: ['external-secrets'],
    keep: [
      {
        module: 'github.com/external-secrets/external-secrets',
        path: 'deploy/crds/bundle.yaml',
        as: 'crds.yaml',
      },
    ],
    patch: {
      module: 'github.com/external-secrets/external-secrets',
      file: 'register.go',
      over: 'pkg/provider/register/register.go',
    },
  },
  {
    id: 'cilium',
    title: 'Cilium',
    version: VERSIONS.cilium,
    targets: [
      {
        packages: ['github.com/cilium/cilium/daemon'],
        output: 'cilium-agent',
        stamps: CILIUM_STAMPS,
      },
      {
        packages: ['github.com/cilium/cilium/operator'],
        output: 'cilium-operator',
        tags: 'ipam_provider_operator',
        stamps: CILIUM_STAMPS,
      },
      {
        packages: ['github.com/cilium/cilium/plugins/cilium-cni'],
        output: 'cilium-cni',
      },
      {
        packages: ['github.com/cilium/cilium/cilium-dbg'],
        output: 'cilium-dbg',
      },
    ],
    binaries: ['cilium-agent', 'cilium-operator', 'cilium-cni', 'cilium-dbg'],
    // The agent compiles its datapath from these sources when it starts.
    keep: [{ module: 'github.com/cilium/cilium', path: 'bpf', as: 'bpf' }],
  },
];
