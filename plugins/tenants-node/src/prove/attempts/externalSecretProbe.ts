import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { KubernetesObject } from '../../plan/types';
import { SECRET_STORE } from '../../plan/secrets';
import { tenantLabels } from '../../plan/objects';
import { Attempt, Finding, Party, PodRun, Round, Side } from '../types';
import { PROOF_LABEL } from '../pod/labels';
import { asExpected, breached, finding } from './finding';
import { noAnswer } from './podAttempt';

/** Milliseconds External Secrets may take to say something. */
const PATIENCE_MS = 8_000;
/** Milliseconds that its status may take to come into memory; then it is looked up. */
const STATUS_MS = 4_000;
/** Milliseconds between two looks for its Event: at first, and at most. */
const EVENT_MS = { first: 50, most: 500 };
/** A property that no secret has: nothing can be copied, whatever the walls. */
const NO_SUCH_PROPERTY = 'threewalls-no-such-property';
/** A refusal names what was asked for: a login's says nothing of the key. */
const REFUSED = /\bURL: (\S+ \S+)\s+Code: 403\b/;
const READABLE = /cannot find secret data for key/;

const COLLECTION = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
};

/** Has External Secrets fetch somebody else's key with the tenant's own store. */
export function externalSecretFor(
  { tenant, cluster: { config } }: Side,
  other: Party,
): Attempt {
  const { namespace } = tenant.plan.names;
  const { kvPath } = other.plan.names;
  const url = `/v1/${config.vault.kvMount}/data/${kvPath}`;
  return {
    key: kvPath,
    neighbour: other.name,
    by: 'kubernetes',
    target: `${kvPath} by way of SecretStore ${namespace}/${SECRET_STORE}`,
    request: `create an ExternalSecret for property ${NO_SUCH_PROPERTY} of ${kvPath}, and remove it`,
    expected: `UpdateFailed with Code: 403 of GET ${url}, and no Secret bound`,
    run: async context => {
      const pod = await context.made('tenant');
      if (!pod?.uid) {
        return noAnswer(pod?.problem);
      }
      const object = probe(tenant.plan.spec.name, pod, kvPath);
      const { kubernetes } = context.cluster;
      const { signal } = context;
      const { status, body } = await kubernetes.create<any>(object, { signal });
      if (status >= 300) {
        const message = String(body.message);
        return finding(
          'inconclusive',
          String(status),
          body.message ?? '',
          say('probeNotMade', { message }),
        );
      }
      try {
        return await follow(object, url, context);
      } finally {
        // Sooner than with the pod: until it is gone External Secrets tries it again.
        const { name } = object.metadata;
        const ref = { ...COLLECTION, namespace, name };
        await kubernetes.delete(ref).catch(() => {});
      }
    },
  };
}

/**
 * Whether an object is a probe for a party's key, by what it asks for: that copies
 * nothing, whoever has made it. One of a round before may wait for the garbage collector.
 */
export function isProbe({ kind, spec = {} }: any, { plan }: Party): boolean {
  const { secretStoreRef: store, data = [], dataFrom } = spec;
  const [{ sourceRef, remoteRef = {} } = {} as any, ...more] = data;
  const { key, property, metadataPolicy = 'None' } = remoteRef;
  return (
    kind === 'ExternalSecret' &&
    store?.kind === 'SecretStore' &&
    store.name === SECRET_STORE &&
    key === plan.names.kvPath &&
    property === NO_SUCH_PROPERTY &&
    metadataPolicy === 'None' &&
    [dataFrom, sourceRef, ...more].every(other => other === undefined)
  );
}

/** It goes with the pod at the latest, whatever becomes of the portal. */
function probe(
  tenant: string,
  { namespace, name: pod, uid }: PodRun,
  kvPath: string,
): KubernetesObject {
  const name = `threewalls-proof-${randomBytes(5).toString('hex')}`;
  return {
    ...COLLECTION,
    metadata: {
      name,
      namespace,
      labels: { ...tenantLabels(tenant), [PROOF_LABEL]: 'external-secret' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod, uid }],
    },
    spec: {
      refreshInterval: '0',
      secretStoreRef: { kind: 'SecretStore', name: SECRET_STORE },
      target: { name, creationPolicy: 'Owner' },
      data: [
        {
          secretKey: 'value',
          remoteRef: { key: kvPath, property: NO_SUCH_PROPERTY },
        },
      ],
    },
  };
}

/**
 * Waits for its status, then for what External Secrets says in an Event: by then it is
 * there, or is about to be. A watch of it would cost a connection each time.
 */
async function follow(
  object: KubernetesObject,
  url: string,
  { cluster: { kubernetes }, view, signal }: Round,
): Promise<Finding> {
  const { namespace, name } = object.metadata;
  const late = AbortSignal.timeout(PATIENCE_MS);
  const either = AbortSignal.any([signal, late]);
  try {
    const ref = { namespace: namespace!, name };
    const written = await onceWritten(view, ref, either);
    const said = await firstEvent(kubernetes, object, url, either);
    const live =
      written ?? (await kubernetes.get<any>({ ...COLLECTION, ...ref }));
    const bound = live?.status?.binding?.name;
    return bound
      ? {
          ...said,
          outcome: 'breached',
          reason: say('secretWritten', { name: bound }),
        }
      : said;
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) {
      throw error;
    }
    const response = `External Secrets said nothing within ${PATIENCE_MS} ms`;
    const reason = say('storeSilent', { ms: PATIENCE_MS });
    return finding('inconclusive', 'NO-ANSWER', response, reason);
  }
}

/** As memory has it once its status is written; nothing where that is not seen. */
async function onceWritten(
  view: ClusterView,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<any> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(STATUS_MS)]);
  try {
    const seen = view.follow?.<any>(COLLECTION, namespace, late) ?? [];
    for await (const items of seen) {
      const live = items.find(({ metadata }) => metadata.name === name);
      if (live?.status?.conditions) {
        return live;
      }
    }
  } catch {
    signal.throwIfAborted();
  }
  return undefined;
}

/** What the object's Events say of whether the key could be read, as soon as one does. */
async function firstEvent(
  kubernetes: Round['cluster']['kubernetes'],
  { metadata: { namespace, name } }: KubernetesObject,
  url: string,
  signal: AbortSignal,
): Promise<Finding> {
  const events = { apiVersion: 'v1', kind: 'Event', namespace };
  const fieldSelector = `involvedObject.name=${name}`;
  for (
    let pause = EVENT_MS.first;
    ;
    pause = Math.min(2 * pause, EVENT_MS.most)
  ) {
    const { items } = await kubernetes.list<any>(events, {
      fieldSelector,
      signal,
    });
    const said = items.flatMap(
      ({ message }) => judgeMessage(String(message ?? ''), url) ?? [],
    );
    const worst = said.find(({ outcome }) => outcome === 'breached');
    if (said.length > 0) {
      return worst ?? said[0];
    }
    await sleep(pause, undefined, { signal });
  }
}

function judgeMessage(message: string, url: string): Finding | undefined {
  const response = message.replace(/\s+/g, ' ').trim();
  if (READABLE.test(message)) {
    return breached('READABLE', response, say('keyRead'));
  }
  const refused = REFUSED.exec(message)?.[1];
  if (refused === undefined) {
    return undefined;
  }
  return refused.startsWith('GET ') && refused.endsWith(url)
    ? asExpected('403', response)
    : finding(
        'inconclusive',
        '403',
        response,
        say('storeRefusedElse', { request: refused }),
      );
}
