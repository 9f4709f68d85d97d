import {
  ApiextensionsV1Api,
  ApisApi,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  HttpMethod,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  PortForward,
  VersionApi,
  type KubernetesObject,
  type V1Pod,
} from '@kubernetes/client-node';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import {
  grantVaultAccess,
  IMAGES,
  labRoot,
  PUBLIC_CRDS,
  PUBLIC_IMAGES,
  Vault,
} from '../../packages/lab/src/index.ts';
import type { Board } from './board.ts';
import { root, stateDir } from './run.ts';

/** What the command line says of a cluster that everything is to be put into. */
export interface TryOutOptions {
  context: string;
  kubeconfig?: string;
  network?: string;
  'n8n-image'?: string;
  /** A file that names other images than the public ones */
  images?: string;
}

/** An object as a manifest has it. */
export interface Manifest extends KubernetesObject {
  metadata: NonNullable<KubernetesObject['metadata']> & { name: string };
  [key: string]: any;
}

const VAULT = 'threewalls-vault';
const EXTERNAL_SECRETS = 'external-secrets';
const PORTAL = 'threewalls-system';
/** Where everything is that this puts into a cluster. */
const NAMESPACES = [EXTERNAL_SECRETS, VAULT, PORTAL];
/** On everything that it puts there, and on nothing else. */
const OURS = { 'threewalls.io/installed-by': 'npm-start' };
const MANAGER = 'threewalls-start';
const CRDS_ANNOTATION = 'threewalls.io/crds';
/** The namespaces that a portal has made. */
const TENANTS = 'app.kubernetes.io/managed-by=threewalls';
const OLDEST_MINOR = 31;
/** Seconds that an image may fail to be pulled: the kubelet tries again meanwhile. */
const PULL_FAILS_S = 30;

/** Any object, by its kind. */
export class Objects extends KubernetesObjectApi {
  /**
   * Server-side apply of an object as it stands. The client's own way leaves out what
   * its types have under another name, such as `default` and `x-kubernetes-…` in a
   * definition.
   */
  async apply(object: Manifest, manager: string): Promise<void> {
    const path = await this.specUriPath(object, 'patch');
    const { baseServer } = this.configuration;
    const request = baseServer.makeRequestContext(path, HttpMethod.PATCH);
    request.setHeaderParam('Content-Type', PatchStrategy.ServerSideApply);
    request.setQueryParam('fieldManager', manager);
    request.setQueryParam('force', 'true');
    request.setBody(JSON.stringify(object));
    await this.requestPromise(request);
  }
}

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
  readonly #folder: string;
  readonly #images: Record<string, string>;
  #forward: Server | undefined;
  #watch: NodeJS.Timeout | undefined;

  /**
   * Looks whether a cluster can have it all.
   *
   * @throws Error that says what it lacks, or whose parts it has
   */
  static async open(options: TryOutOptions): Promise<TryOut> {
    const images = await imagesOf(options);
    const found = new TryOut(options, kubeconfigOf(options), images);
    await found.#refuse();
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
    this.database = `portal-${name}`;
    this.#folder = join(stateDir, `cluster-${name}`);
    this.config = relative(root, join(this.#folder, 'config.yaml'));
    this.#images = images;
  }

  /** Writes the portal's config, which may start before the cluster is ready. */
  async prepare(): Promise<void> {
    // One of before, under the same name.
    if ((await this.#ours()).length === 0) await this.#forget();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const vault = await this.#forwardVault();
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
            name: this.#options.context,
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
      for (const object of spaces) await this.#apply(object);
      if (!(await this.#read(tokensSecret({})))) {
        const token = randomBytes(24).toString('base64url');
        await this.#apply(tokensSecret({ 'first-token': token }));
      }
      for (const object of all) await this.#apply(object);
      await this.#portalAccess();
    });
    // Each has an image to pull: side by side.
    const results = await Promise.allSettled([
      board.part('External Secrets', detail =>
        this.#untilReady(EXTERNAL_SECRETS, detail),
      ),
      board.part('Vault', async detail => {
        await this.#untilReady(VAULT, detail, 'app=vault');
        await this.#setUpVault();
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
    const ours = await this.#ours();
    // External Secrets has to see its objects go.
    if (ours.includes(PORTAL)) {
      const tenants = await this.#core.listNamespace({
        labelSelector: TENANTS,
      });
      for (const { metadata } of tenants.items) {
        await this.#core.deleteNamespace({ name: metadata!.name! });
      }
      await this.#untilGone(TENANTS, detail);
    }
    for (const object of (await manifests(this.#images)).reverse()) {
      if (isOurs((await this.#read(object))?.metadata)) {
        await this.#objects.delete(object).catch(ignoreMissing);
      }
    }
    const definitions = this.#kc.makeApiClient(ApiextensionsV1Api);
    const labelled = { labelSelector: labelSelector(OURS) };
    await definitions.deleteCollectionCustomResourceDefinition(labelled);
    await this.#untilGone(labelSelector(OURS), detail);
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
    clearInterval(this.#watch);
    this.#forward?.close();
  }

  /** Names of the namespaces that it has made there. */
  async #ours(): Promise<string[]> {
    const labelled = { labelSelector: labelSelector(OURS) };
    const { items } = await this.#core.listNamespace(labelled);
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
    const asked = await Promise.all(
      needed.map(async ([group, resource, subresource]) => {
        const { status } = await api.createSelfSubjectAccessReview({
          body: {
            spec: {
              resourceAttributes: {
                ...{ verb: 'create', group, resource, subresource },
              },
            },
          },
        });
        return status?.allowed ? [] : [subresource ?? resource];
      }),
    );
    return asked.flat();
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
    const crd = await this.#read({
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
    const before = await this.#read(namespace);
    if (before?.metadata?.annotations?.[CRDS_ANNOTATION] === sha256) return;
    detail(PUBLIC_CRDS.url);
    for (const crd of parse(await download(PUBLIC_CRDS))) {
      detail(crd.metadata.name);
      await this.#apply(crd);
    }
    // Last: one that was interrupted begins anew.
    namespace.metadata.annotations = { [CRDS_ANNOTATION]: sha256 };
    await this.#apply(namespace, `${MANAGER}-crds`);
  }

  async #apply(object: Manifest, manager = MANAGER): Promise<void> {
    const labels = { ...object.metadata.labels, ...OURS };
    const labelled = { ...object, metadata: { ...object.metadata, labels } };
    await this.#objects.apply(labelled, manager).catch(error => {
      const { kind, metadata } = object;
      throw new Error(`${kind} ${metadata.name}: ${messageOf(error)}`);
    });
  }

  async #read(object: Manifest): Promise<Manifest | undefined> {
    return this.#objects.read<Manifest>(object as any).catch(ignoreMissing);
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
    await this.#apply(secret);
    const token = await until(`the token of ${account}`, 30, async () => {
      const value = (await this.#read(secret))?.data?.token;
      return value && Buffer.from(value, 'base64').toString();
    });
    const own = new KubeConfig();
    const cluster = this.#kc.getCurrentCluster()!;
    own.loadFromClusterAndUser(cluster, { name: account, token });
    await writeFile(join(this.#folder, 'kubeconfig'), own.exportConfig(), {
      mode: 0o600,
    });
  }

  /**
   * Opens a port of this machine that leads to Vault's pod, by the API server: a
   * port of a node isn't reachable everywhere. Each connection is one of its own, so
   * that nothing stays broken.
   *
   * @returns the URL
   */
  async #forwardVault(): Promise<string> {
    const forward = new PortForward(this.#kc);
    const server = createServer(socket => {
      socket.on('error', () => socket.destroy());
      forward.portForward(VAULT, 'vault-0', [8200], socket, null, socket).then(
        connection => {
          const ws = connection as Exclude<typeof connection, Function>;
          ws.onclose = () => socket.end();
          socket.on('close', () => ws.close());
        },
        () => socket.destroy(),
      );
    });
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', done);
    });
    this.#forward = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Gives Vault what the portal needs of it; one that is empty gets it anew. */
  async #setUpVault(): Promise<void> {
    const { port } = this.#forward!.address() as AddressInfo;
    const vault = new Vault(`http://127.0.0.1:${port}`);
    const tokens = await this.#tokens();
    const before = tokens['root-token'];
    if (before && (await knows(vault, before))) {
      vault.token = before;
    } else {
      const tenants = await this.#core.listNamespace({
        labelSelector: TENANTS,
      });
      if (before && tenants.items.length > 0) throw new Error(this.#lost());
      vault.token = tokens['first-token'];
      const { auth } = await vault.call('POST', 'auth/token/create', {
        policies: ['root'],
        no_parent: true,
      });
      vault.token = auth.client_token as string;
      const both = { ...tokens, 'root-token': vault.token };
      await this.#apply(tokensSecret(both));
    }
    // It stands in Vault's log.
    if (await knows(vault, tokens['first-token'])) {
      const revoked = { token: tokens['first-token'] };
      await vault.call('POST', 'auth/token/revoke', revoked);
    }
    const methods = await vault.call('GET', 'sys/auth');
    if (!methods.data['kubernetes/']) {
      await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
    }
    await vault.call('POST', 'auth/kubernetes/config', {
      kubernetes_host: 'https://kubernetes.default.svc:443',
    });
    await grantVaultAccess(vault, this.#folder);
    this.#watchVault(vault);
  }

  /** The first token of Vault's, which is made up here, and what took its place. */
  async #tokens(): Promise<Record<string, string>> {
    const { data } = (await this.#read(tokensSecret({})))!;
    return Object.fromEntries(
      Object.entries<string>(data).map(([name, value]) => [
        name,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  }

  /** Says it once when Vault's pod is another one, and with it an empty Vault. */
  #watchVault(vault: Vault): void {
    this.#watch = setInterval(async () => {
      const here = await knows(vault, vault.token!).catch(() => true);
      if (here) return;
      clearInterval(this.#watch);
      process.stderr.write(`✗ ${this.#lost()}\n`);
    }, 10_000);
    this.#watch.unref();
  }

  #lost(): string {
    return `Vault has restarted, and in dev mode it keeps nothing: the tenants' secrets are gone. Begin anew, without the tenants: npm start -- --context ${
      this.#options.context
    } --install --fresh`;
  }

  /** Has a node pull an image that no pod of ours has yet. */
  async #pull(image: string, detail: (text: string) => void): Promise<void> {
    const pod: Manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'pull',
        namespace: VAULT,
        labels: { app: 'pull' },
      },
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
      (await this.#read(pod)) === undefined ? true : undefined;
    const remove = async () => {
      await this.#objects.delete(pod).catch(ignoreMissing);
      await until('a former pod to be gone', 60, gone);
    };
    await remove();
    await this.#apply(pod);
    await this.#untilReady(VAULT, detail, 'app=pull');
    await remove();
  }

  /**
   * Waits until pods are ready or have done their work.
   *
   * @throws Error that names an image that can't be pulled
   */
  async #untilReady(
    namespace: string,
    detail: (text: string) => void,
    selector?: string,
  ): Promise<void> {
    let failingSince: number | undefined;
    let last = 'no pod yet';
    // A slow line takes minutes for n8n's image.
    const deadline = Date.now() + 15 * 60_000;
    while (Date.now() < deadline) {
      const { items } = await this.#core.listNamespacedPod({
        namespace,
        labelSelector: selector,
      });
      if (items.length > 0 && items.every(isDone)) return;
      const failed = items.map(pullFailure).find(Boolean);
      failingSince = failed ? failingSince ?? Date.now() : undefined;
      if (failed && Date.now() - failingSince! > PULL_FAILS_S * 1000) {
        throw new Error(
          `${failed}. Run this again once it can be, or with another image by --images FILE: docs/environments.md`,
        );
      }
      last = failed ?? items.map(stateOf).find(Boolean) ?? last;
      detail(last);
      await sleep(500);
    }
    throw new Error(`Pods in ${namespace} were not ready in 15 min: ${last}`);
  }

  async #untilGone(
    selector: string,
    detail: (text: string) => void,
  ): Promise<void> {
    await until('namespaces to be gone', 180, async () => {
      const { items } = await this.#core.listNamespace({
        labelSelector: selector,
      });
      detail(items.map(({ metadata }) => metadata?.name).join(', '));
      return items.length === 0 ? true : undefined;
    });
  }
}

/** The images to use: those that are public, unless others are named. */
async function imagesOf({ images, ...options }: TryOutOptions) {
  const own = images ? parse(await readFile(images, 'utf8'))[0] : {};
  for (const [part, image] of Object.entries(own)) {
    if (!(part in PUBLIC_IMAGES) || typeof image !== 'string') {
      throw new Error(
        `--images ${images}: ${part} is none of ${Object.keys(
          PUBLIC_IMAGES,
        ).join(', ')} with the name of an image`,
      );
    }
  }
  const n8n = options['n8n-image'];
  return { ...PUBLIC_IMAGES, ...own, ...(n8n && { n8n }) } as Record<
    string,
    string
  >;
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

/** Everything but External Secrets' definitions, with images for everybody. */
export async function manifests(
  images: Record<string, string>,
): Promise<Manifest[]> {
  const deploy = join(root, 'deploy');
  const portal = (await readdir(join(deploy, 'kubernetes'))).sort();
  const files = [
    join(labRoot, 'manifests', '30-external-secrets.yaml'),
    join(root, 'scripts', 'lib', 'vault.yaml'),
    ...portal.map(file => join(deploy, 'kubernetes', file)),
    join(deploy, 'kubernetes-versions.yaml'),
  ];
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8')));
  return texts.flatMap(parse).map(object => withImages(object, images));
}

function withImages(object: Manifest, images: Record<string, string>) {
  for (const container of object.spec?.template?.spec?.containers ?? []) {
    const part = Object.entries(IMAGES).find(
      ([, image]) => image === container.image,
    )?.[0];
    if (!part || !images[part]) {
      throw new Error(`There is no public image for ${container.image}`);
    }
    container.image = images[part];
    container.imagePullPolicy = 'IfNotPresent';
  }
  return object;
}

/** What documents of YAML say. */
function parse(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map(document => document.toJS() as Manifest | null)
    .filter(object => object !== null);
}

/** A file of the web, kept where it has the right digest. */
async function download(file: typeof PUBLIC_CRDS): Promise<string> {
  const kept = join(stateDir, 'downloads', `${file.sha256}.yaml`);
  const isRight = (text: string) =>
    createHash('sha256').update(text).digest('hex') === file.sha256;
  const before = existsSync(kept) ? await readFile(kept, 'utf8') : '';
  if (isRight(before)) return before;
  const response = await fetch(file.url, {
    signal: AbortSignal.timeout(60_000),
  }).catch(error => {
    throw new Error(
      `${file.url} can't be fetched: ${messageOf(error)}. Or put it at ${kept}`,
    );
  });
  const text = await response.text();
  if (!response.ok || !isRight(text)) {
    throw new Error(
      `${file.url} (${response.status}) is not the file with the digest ${file.sha256}`,
    );
  }
  await mkdir(join(stateDir, 'downloads'), { recursive: true });
  await writeFile(kept, text);
  return text;
}

function tokensSecret(tokens: Record<string, string>): Manifest {
  const data = Object.entries(tokens).map(([name, token]) => [
    name,
    Buffer.from(token).toString('base64'),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'vault', namespace: VAULT },
    data: Object.fromEntries(data),
  };
}

async function knows(vault: Vault, token: string): Promise<boolean> {
  const asked = new Vault(vault.address, token);
  try {
    await asked.call('GET', 'auth/token/lookup-self');
    return true;
  } catch (error) {
    if (/^Vault answered 403/.test(messageOf(error))) return false;
    throw error;
  }
}

const labelSelector = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join();

function isOurs(metadata: KubernetesObject['metadata']): boolean {
  return Object.entries(OURS).every(
    ([key, value]) => metadata?.labels?.[key] === value,
  );
}

const isVaultOrExternalSecrets = (image: string) =>
  /(^|\/)(vault|openbao|external-secrets)([:@]|$)/.test(image);

function isDone({ status, metadata }: V1Pod): boolean {
  const ready = status?.conditions?.some(
    c => c.type === 'Ready' && c.status === 'True',
  );
  return (
    !metadata?.deletionTimestamp && (ready || status?.phase === 'Succeeded')
  );
}

/** What a pod's image can't be pulled for. */
export function pullFailure({ status }: V1Pod): string | undefined {
  for (const { image, state } of status?.containerStatuses ?? []) {
    const { reason = '', message } = state?.waiting ?? {};
    if (/^(ErrImage|ImagePullBackOff|InvalidImageName)/.test(reason)) {
      return `The image ${image} can't be pulled: ${message ?? reason}`;
    }
  }
  return undefined;
}

/** What a pod waits for. */
function stateOf({ status, metadata }: V1Pod): string | undefined {
  const unscheduled = status?.conditions?.find(
    c => c.type === 'PodScheduled' && c.status === 'False',
  );
  const waiting = status?.containerStatuses?.find(c => c.state?.waiting);
  return (
    unscheduled?.message ??
    (waiting && `${metadata?.name}: ${waiting.state!.waiting!.reason}`)
  );
}

function ignoreMissing(error: unknown): undefined {
  if ((error as { code?: number }).code === 404) return undefined;
  throw error;
}

/** Kubernetes' own words, without headers; or why there are none. */
function messageOf(error: any): string {
  const body = error?.body;
  try {
    const { message } = typeof body === 'string' ? JSON.parse(body) : body;
    if (message) return message;
  } catch {
    // It is no Status.
  }
  const cause = error?.cause?.message || error?.cause?.code || error?.code;
  return [error?.message?.split('\n')[0], cause].filter(Boolean).join(': ');
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const late = sleep(seconds * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`no answer in ${seconds} s`);
  });
  return Promise.race([work, late]);
}

async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== '') return answer;
    if (Date.now() > deadline) {
      throw new Error(`Waited ${seconds} s for ${what}`);
    }
    await sleep(250);
  }
}
