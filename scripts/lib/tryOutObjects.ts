import {
  CoreV1Api,
  HttpMethod,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
  type V1Pod,
} from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import {
  IMAGES,
  labRoot,
  PUBLIC_CRDS,
  PUBLIC_IMAGES,
} from '../../packages/lab/src/index.ts';
import { root, stateDir } from './run.ts';

// What is put into a cluster, how, and how it is waited for.

/** An object as a manifest has it. */
export interface Manifest extends KubernetesObject {
  metadata: NonNullable<KubernetesObject['metadata']> & { name: string };
  [key: string]: any;
}

/** On everything that it puts there, and on nothing else. */
const [OUR_KEY, OUR_VALUE] = ['threewalls.io/installed-by', 'npm-start'];
export const OUR_LABEL = `${OUR_KEY}=${OUR_VALUE}`;
const MANAGER = 'threewalls-start';
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

  /** The same with a label by which it is known again. */
  async put(object: Manifest, manager = MANAGER): Promise<void> {
    const labels = { ...object.metadata.labels, [OUR_KEY]: OUR_VALUE };
    const labelled = { ...object, metadata: { ...object.metadata, labels } };
    await this.apply(labelled, manager).catch(error => {
      const { kind, metadata } = object;
      throw new Error(`${kind} ${metadata.name}: ${messageOf(error)}`);
    });
  }

  /** An object as it is, if it is there. */
  async find(object: Manifest): Promise<Manifest | undefined> {
    return this.read<Manifest>(object as any).catch(ignoreMissing);
  }

  /** Deletes an object if it is there. */
  async remove(object: Manifest): Promise<void> {
    await this.delete(object).catch(ignoreMissing);
  }
}

/**
 * Waits until pods are ready or have done their work.
 *
 * @throws Error that names an image that can't be pulled
 */
export async function untilReady(
  core: CoreV1Api,
  namespace: string,
  detail: (text: string) => void,
  selector?: string,
): Promise<void> {
  let failingSince: number | undefined;
  let last = 'no pod yet';
  // A slow line takes minutes for n8n's image.
  const deadline = Date.now() + 15 * 60_000;
  while (Date.now() < deadline) {
    const { items } = await core.listNamespacedPod({
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

/** The images to use: those that are public, unless others are named. */
export async function imagesOf({
  images,
  ...options
}: {
  images?: string;
  'n8n-image'?: string;
}): Promise<Record<string, string>> {
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
  return { ...PUBLIC_IMAGES, ...own, ...(n8n && { n8n }) };
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
export function parse(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map(document => document.toJS() as Manifest | null)
    .filter(object => object !== null);
}

/** A file of the web, kept where it has the right digest. */
export async function download(file: typeof PUBLIC_CRDS): Promise<string> {
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

export function isOurs(metadata: KubernetesObject['metadata']): boolean {
  return metadata?.labels?.[OUR_KEY] === OUR_VALUE;
}

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
export function messageOf(error: any): string {
  const body = error?.body;
  try {
    const { message } = typeof body === 'string' ? JSON.parse(body) : body;
    if (message) return message;
  } catch {
    // It is no Status.
  }
  const [, said] = /^Message: (.*)$/m.exec(error?.message) ?? [];
  const cause = error?.cause?.message || error?.cause?.code;
  return said ?? [error?.message, cause].filter(Boolean).join(': ');
}

export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const late = sleep(seconds * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`no answer in ${seconds} s`);
  });
  return Promise.race([work, late]);
}

export async function until<T>(
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
