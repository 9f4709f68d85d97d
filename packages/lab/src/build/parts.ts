import { VERSIONS } from '../versions.ts';

/** A Go module in go/ and the programs that are built from it, in one `go build`. */
export interface GoModule {
  id: string;
  title: string;
  /** Build tags. */
  tags: string[];
  /** -X settings, as `import/path.name=value`. */
  stamps: string[];
  /** Programs by the name that they get, with the package of each. */
  programs: Record<string, string>;
  /** Modules that are copied into the module's folder and changed. */
  copies?: ModuleCopy[];
  /** Files or folders of a module to keep beside the programs. */
  keep: { module: string; path: string; as: string }[];
}

/** A module that is copied, since it can't be built as it is. */
export interface ModuleCopy {
  module: string;
  version: string;
  /** The folder beside go.mod, as its `replace` has it. */
  as: string;
  /** Files to leave out. */
  without?: string[];
  /** A folder in go/ whose files take the place of the module's. */
  overlay?: string;
  /** A patch in go/ that is applied. */
  patch?: string;
}

const k8s = VERSIONS.kubernetes;
const [k8sMajor, k8sMinor] = k8s.split('.');
const EXTERNAL_SECRETS = 'github.com/external-secrets/external-secrets';
const CILIUM = 'github.com/cilium/cilium';

export const GO_MODULES: GoModule[] = [
  {
    id: 'lab',
    title: `Kubernetes ${k8s}, etcd, CoreDNS, Vault, External Secrets`,
    // Vault without the storages, databases and clouds that it can talk to.
    tags: ['minimal'],
    stamps: [
      'k8s.io/component-base/version',
      'k8s.io/client-go/pkg/version',
    ].flatMap(path => [
      `${path}.gitVersion=v${k8s}`,
      `${path}.gitMajor=${k8sMajor}`,
      `${path}.gitMinor=${k8sMinor}`,
    ]),
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager':
        'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
      agnhost: 'k8s.io/kubernetes/test/images/agnhost',
      etcd: 'go.etcd.io/etcd/server/v3',
      coredns: './coredns',
      vault: 'github.com/hashicorp/vault',
      'vault-plugin-auth-kubernetes':
        'github.com/hashicorp/vault-plugin-auth-kubernetes/cmd/vault-plugin-auth-kubernetes',
      'external-secrets': EXTERNAL_SECRETS,
    },
    copies: [
      {
        module: EXTERNAL_SECRETS,
        version: VERSIONS.externalSecrets,
        as: 'external-secrets',
        // The lab runs no webhook of it, and they are written for an older
        // controller-runtime.
        without: [
          'apis/externalsecrets/v1/externalsecret_webhook.go',
          'apis/externalsecrets/v1/secretstore_webhook.go',
          'apis/externalsecrets/v1beta1/externalsecret_webhook.go',
          'apis/externalsecrets/v1beta1/secretstore_webhook.go',
          'cmd/controller/webhook.go',
        ],
        overlay: 'overlays/external-secrets',
      },
      {
        // Vault is built with the SDK of its own tree, which is not published;
        // the patch makes the published one that.
        module: 'github.com/hashicorp/vault/sdk',
        version: '0.21.0',
        as: 'vault-sdk',
        patch: 'patches/vault-sdk.patch',
      },
    ],
    keep: [
      {
        module: EXTERNAL_SECRETS,
        path: 'deploy/crds/bundle.yaml',
        as: 'crds.yaml',
      },
    ],
  },
  {
    id: 'cilium',
    title: `Cilium ${VERSIONS.cilium}`,
    tags: ['ipam_provider_operator'],
    stamps: [`${CILIUM}/pkg/version.ciliumVersion=${VERSIONS.cilium}`],
    programs: {
      'cilium-agent': `${CILIUM}/daemon`,
      'cilium-operator': `${CILIUM}/operator`,
      'cilium-cni': `${CILIUM}/plugins/cilium-cni`,
      'cilium-dbg': `${CILIUM}/cilium-dbg`,
    },
    // The agent compiles its datapath from these sources when it starts.
    keep: [{ module: CILIUM, path: 'bpf', as: 'bpf' }],
  },
];

/** What deploy/ is tried with; no part of the lab. */
export const HELM: GoModule = {
  id: 'helm',
  title: `Helm ${VERSIONS.helm}`,
  tags: [],
  stamps: [`helm.sh/helm/v4/internal/version.version=v${VERSIONS.helm}`],
  programs: { helm: 'helm.sh/helm/v4/cmd/helm' },
  keep: [],
};

/** What a lab without a node needs. */
export const CONTROL_PLANE_MODULES = ['lab'];
