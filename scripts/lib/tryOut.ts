import {
  ApiextensionsV1Api,
  ApisApi,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  KubeConfig,
  VersionApi,
} from '@kubernetes/client-node';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PUBLIC_CRDS } from '../../packages/lab/src/index.ts';
import type { Board } from './board.ts';
import { clusterOf } from './ownCluster.ts';
import { root, stateDir } from './run.ts';
import {
  download,
  imagesOf,
  isOurs,
  manifests,
  messageOf,
  Objects,
  OUR_LABEL,
  parse,
  until,
  untilReady,
  within,
  type Manifest,
} from './tryOutObjects.ts';
import { DevVault, TENANTS, VAULT } from './tryOutVault.ts';

/** What the command line says of a cluster that everything is to be put into. */
export interface TryOutOptions {
  context: string;
  kubeconfig?: string;
  network?: string;
  'n8n-image'?: string;
  /** A file that names other images than the public ones */
  images?: string;
}

const EXTERNAL_SECRETS = 'external-secrets';
const PORTAL = 'threewalls-system';
/** Where everything is that this puts into a cluster. */
const NAMESPACES = [EXTERNAL_SECRETS, VAULT, PORTAL];
const CRDS_ANNOTATION = 'threewalls.io/crds';
const OLDEST_MINOR = 31;
/** A cluster of the user's own, with everything put into it that a portal needs. */
export class TryOut {
  /** Config of the portal for it; relative to the checkout */
  readonly config: string;
  /** Name of the portal's database for it */
  readonly database: string;
  readonly #options: TryOutOptions;
  readonly #kc: KubeConfig;
  readonly #core: CoreV1Api;
  readonly #objects: Objects;
  readonly #vault: DevVault;
  readonly #folder: string;
  readonly #images: Record<string, string>;

  /**
   * Looks whether a cluster can have it all.
   *
   * @throws Error that says what it lacks, or whose parts it has
   */
  static async open(options: TryOutOptions): Promise<TryOut> {
    const images = await imagesOf(options);
    const found = new TryOut(options, kubeconfigOf(options), images);
    await found.#refuse().catch(error => {
      if (!('code' in error)) throw error;
      throw new Error(`Context ${options.context}: ${messageOf(error)}`);
    });
    return found;
  }

  private constructor(
    options: TryOutOptions,
    kc: KubeConfig,
    images: Record<string, string>,
  ) {
    const name = options.context.replace(/[^\w.-]/g, '-');
    this.#options = options;
    this.#kc = kc;
    this.#core = kc.makeApiClient(CoreV1Api);
    this.#objects = kc.makeApiClient(Objects);
    this.#vault = new DevVault(kc, this.#objects);
    this.database = `portal-${name}`;
    this.#folder = join(stateDir, `cluster-${name}`);
    this.config = relative(root, join(this.#folder, 'config.yaml'));
    this.#images = images;
  }

  /** Writes the portal's config, which may start before the cluster is ready. */
  async prepare(): Promise<void> {
    // One of before, under the same name.
    if ((await this.#namespaces()).length === 0) await this.#forget();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const vault = await this.#vault.open();
    const [groups, { items: nodes }] = await Promise.all([
      this.#kc.makeApiClient(ApisApi).getAPIVersions(),
      this.#core.listNode(),
    ]);
    const cilium = groups.groups.some(({ name }) => name === 'cilium.io');
    const said = this.#options.network ?? (cilium ? 'cilium' : undefined);
    const { kubeletVersion = '' } = nodes[0]?.status?.nodeInfo ?? {};
    const config = {
      tenants: {
        preset: kubeletVersion.includes('+k3s') ? 'k3s' : 'kind',
        clusters: [
          {
            ...clusterOf(this.#options.context),
            kubernetes: { kubeconfig: join(this.#folder, 'kubeconfig') },
            vault: {
              address: vault,
              inClusterAddress: `http://vault.${VAULT}.svc:8200`,
              login: {
                approle: {
                  roleIdFile: join(this.#folder, 'vault-role-id'),
                  secretIdFile: join(this.#folder, 'vault-secret-id'),
                },
              },
            },
          },
        ],
        ...(said && { network: { provider: said } }),
        // One machine of few cores.
        overcommit: true,
        n8n: { image: this.#images.n8n },
      },
    };
    // JSON is YAML too.
    await writeFile(
      join(root, this.config),
      JSON.stringify(config, undefined, 2),
    );
  }

  /** Puts into the cluster what it lacks; what is there already stays. */
  async install(board: Board): Promise<void> {
    await board.part("External Secrets' definitions", detail =>
      this.#applyCrds(detail),
    );
    await board.part('Manifests', async () => {
      const all = await manifests(this.#images);
      const spaces = all.filter(({ kind }) => kind === 'Namespace');
      for (const object of spaces) await this.#objects.put(object);
      await this.#vault.makeToken();
      for (const object of all) await this.#objects.put(object);
      await this.#portalAccess();
    });
    // Each has an image to pull: side by side.
    const results = await Promise.allSettled([
      board.part('External Secrets', detail =>
        untilReady(this.#core, EXTERNAL_SECRETS, detail),
      ),
      board.part('Vault', async detail => {
        await untilReady(this.#core, VAULT, detail, 'app=vault');
        await this.#vault.setUp(this.#folder);
      }),
      board.part("n8n's image", detail => this.#pull(this.#images.n8n, detail)),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  /**
   * Removes everything that it has put there, and the portal's tenants with it.
   *
   * @returns whether there was anything
   */
  async uninstall(detail: (text: string) => void = () => {}): Promise<boolean> {
    const ours = await this.#namespaces();
    // External Secrets has to see its objects go.
    if (ours.includes(PORTAL)) {
      for (const name of await this.#namespaces(TENANTS)) {
        await this.#core.deleteNamespace({ name });
      }
      await this.#untilGone(TENANTS, detail);
    }
    for (const object of (await manifests(this.#images)).reverse()) {
      if (isOurs((await this.#objects.find(object))?.metadata)) {
        await this.#objects.remove(object);
      }
    }
    const definitions = this.#kc.makeApiClient(ApiextensionsV1Api);
    const labelled = { labelSelector: OUR_LABEL };
    await definitions.deleteCollectionCustomResourceDefinition(labelled);
    await this.#untilGone(OUR_LABEL, detail);
    await this.#forget();
    return ours.length > 0;
  }

  /** What this machine knows of a cluster that is no more as it was. */
  async #forget(): Promise<void> {
    for (const folder of [this.#folder, join(stateDir, this.database)]) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  close(): void {
    this.#vault.close();
  }

  /** Names of the namespaces with a label; default those that it has made there. */
  async #namespaces(labelSelector: string = OUR_LABEL): Promise<string[]> {
    const { items } = await this.#core.listNamespace({ labelSelector });
    return items.map(({ metadata }) => metadata!.name!);
  }

  /** Says why this cluster can't have it, before anything is written. */
  async #refuse(): Promise<void> {
    const { context } = this.#options;
    const server = this.#kc.getCurrentCluster()?.server;
    const { major, minor, gitVersion } = await within(
      10,
      this.#kc.makeApiClient(VersionApi).getCode(),
    ).catch(error => {
      const why = messageOf(error);
      throw new Error(
        `The API server of context ${context}, ${server}, can't be reached: ${why}. Is the cluster running?`,
      );
    });
    if (major === '1' && parseInt(minor, 10) < OLDEST_MINOR) {
      throw new Error(
        `Context ${context} runs Kubernetes ${gitVersion}: 1.${OLDEST_MINOR} or newer is needed`,
      );
    }
    const denied = await this.#deniedRights();
    if (denied.length > 0) {
      throw new Error(
        `Context ${context} may not create ${denied.join(
          ', ',
        )}: --install needs an administrator of the cluster`,
      );
    }
    const foreign = await this.#foreign();
    if (foreign) {
      throw new Error(
        `Context ${context} has ${foreign}, which --install has not put there: it needs a cluster with neither Vault nor External Secrets nor Threewalls. To use what is there: --kubeconfig FILE --context ${context} --vault URL --vault-token FILE (docs/install.md)`,
      );
    }
  }

  async #deniedRights(): Promise<string[]> {
    const api = this.#kc.makeApiClient(AuthorizationV1Api);
    const needed = [
      ['', 'namespaces'],
      ['', 'secrets'],
      ['', 'pods', 'portforward'],
      ['apps', 'deployments'],
      ['rbac.authorization.k8s.io', 'clusterrolebindings'],
      ['apiextensions.k8s.io', 'customresourcedefinitions'],
      ['admissionregistration.k8s.io', 'validatingadmissionpolicies'],
    ];
    const denied = await Promise.all(
      needed.map(async ([group, resource, subresource]) => {
        const asked = { verb: 'create', group, resource, subresource };
        const { status } = await api.createSelfSubjectAccessReview({
          body: { spec: { resourceAttributes: asked } },
        });
        return status?.allowed ? [] : [subresource ?? resource];
      }),
    );
    return denied.flat();
  }

  /** The first of what others have put there, if there is any. */
  async #foreign(): Promise<string | undefined> {
    const { items: namespaces } = await this.#core.listNamespace();
    const taken = namespaces.find(
      ({ metadata }) =>
        NAMESPACES.includes(metadata?.name ?? '') && !isOurs(metadata),
    );
    if (taken) return `a namespace ${taken.metadata?.name}`;
    const apps = this.#kc.makeApiClient(AppsV1Api);
    const [deployments, statefulSets] = await Promise.all([
      apps.listDeploymentForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
    ]);
    for (const { metadata, spec } of [
      ...deployments.items,
      ...statefulSets.items,
    ]) {
      const images = spec?.template.spec?.containers.map(c => c.image ?? '');
      if (images?.some(isVaultOrExternalSecrets) && !isOurs(metadata)) {
        return `${metadata?.name} in namespace ${metadata?.namespace}`;
      }
    }
    const name = 'externalsecrets.external-secrets.io';
    const crd = await this.#objects.find({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
    });
    return crd && !isOurs(crd.metadata) ? `the definition ${name}` : undefined;
  }

  async #applyCrds(detail: (text: string) => void): Promise<void> {
    const namespace: Manifest = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: EXTERNAL_SECRETS },
    };
    const { sha256 } = PUBLIC_CRDS;
    const before = await this.#objects.find(namespace);
    if (before?.metadata?.annotations?.[CRDS_ANNOTATION] === sha256) return;
    detail(PUBLIC_CRDS.url);
    for (const crd of parse(await download(PUBLIC_CRDS))) {
      detail(crd.metadata.name);
      await this.#objects.put(crd);
    }
    // Last: one that was interrupted begins anew.
    namespace.metadata.annotations = { [CRDS_ANNOTATION]: sha256 };
    await this.#objects.put(namespace, 'threewalls-start-crds');
  }

  /** Has the portal's account log in by a token of its own. */
  async #portalAccess(): Promise<void> {
    const account = 'threewalls-portal';
    const secret: Manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: {
        name: `${account}-token`,
        namespace: PORTAL,
        annotations: { 'kubernetes.io/service-account.name': account },
      },
    };
    await this.#objects.put(secret);
    const token = await until(`the token of ${account}`, 30, async () => {
      const value = (await this.#objects.find(secret))?.data?.token;
      return value && Buffer.from(value, 'base64').toString();
    });
    const own = new KubeConfig();
    const cluster = this.#kc.getCurrentCluster()!;
    own.loadFromClusterAndUser(cluster, { name: account, token });
    await writeFile(join(this.#folder, 'kubeconfig'), own.exportConfig(), {
      mode: 0o600,
    });
  }

  /** Has a node pull an image that no pod of ours has yet. */
  async #pull(image: string, detail: (text: string) => void): Promise<void> {
    const pod: Manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pull', namespace: VAULT, labels: { app: 'pull' } },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'pull',
            image,
            command: ['node', '--version'],
            resources: { limits: { memory: '128Mi' } },
            securityContext: {
              runAsUser: 1000,
              runAsNonRoot: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
      },
    };
    const gone = async () =>
      (await this.#objects.find(pod)) === undefined ? true : undefined;
    const remove = async () => {
      await this.#objects.remove(pod);
      await until('a former pod to be gone', 60, gone);
    };
    await remove();
    await this.#objects.put(pod);
    await untilReady(this.#core, VAULT, detail, 'app=pull');
    await remove();
  }

  async #untilGone(
    selector: string,
    detail: (text: string) => void,
  ): Promise<void> {
    await until('namespaces to be gone', 180, async () => {
      const names = await this.#namespaces(selector);
      detail(names.join(', '));
      return names.length === 0 ? true : undefined;
    });
  }
}

/** A kubeconfig with the context chosen that the user has named. */
function kubeconfigOf({ kubeconfig, context }: TryOutOptions): KubeConfig {
  const kc = new KubeConfig();
  try {
    if (kubeconfig) kc.loadFromFile(kubeconfig);
    else kc.loadFromDefault();
  } catch (error) {
    throw new Error(`The kubeconfig can't be read: ${messageOf(error)}`);
  }
  if (!kc.getContextObject(context)) {
    const names = kc.getContexts().map(({ name }) => name);
    throw new Error(
      `There is no context ${context} in ${
        kubeconfig ?? process.env.KUBECONFIG ?? '~/.kube/config'
      }. It has: ${names.join(', ') || 'none'}`,
    );
  }
  kc.setCurrentContext(context);
  return kc;
}

const isVaultOrExternalSecrets = (image: string) =>
  /(^|\/)(vault|openbao|external-secrets)([:@]|$)/.test(image);
