import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { PROOF_ONLY_SIZE } from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';
import { kubernetes } from './cluster';
import { isSection, overlay } from './overlay';
import {
  ClusterProfile,
  clusterSchema,
  Platform,
  platformSchema,
  ReadCluster,
  SHARED,
} from './platform';
import { PRESETS } from './presets';
import { vaultEndpoint } from './vaultService';

/** What is wrong about a value, where the schema does not say it itself. */
const inWords: z.core.$ZodErrorMap = issue => {
  if (issue.input === undefined) {
    return ' is missing';
  }
  switch (issue.code) {
    case 'invalid_value':
      return ` is ${issue.input}, and has to be one of ${issue.values.join(
        ', ',
      )}`;
    case 'invalid_type':
      return ` has to be a ${issue.expected}`;
    default:
      return undefined;
  }
};

/** What only a cluster says. */
const CLUSTERS_OWN = [
  'name',
  'title',
  'preset',
  'kubernetesRef',
  'kubernetes',
  'vault',
  'proofOnly',
];
/** Intervals after which a proof is too old, where config says no other age. */
const MAX_AGE = 3;

/**
 * Reads the `tenants` section of config, with every default filled in: for each
 * cluster the platform's settings, and its own over them.
 *
 * @throws InputError that names each key whose value can't be what it has to be
 * @public
 */
export function readPlatform(root: Config): Platform {
  const given = overlay({}, root.getOptional<JsonObject>('tenants') ?? {});
  const read = parse(platformSchema, given, keyIn('tenants'));
  const { naming, owners, proofs } = read;
  const { interval: intervalMs, retention } = proofs;
  const shared = pick(given, SHARED.settings);
  shared.proofs = pick(given.proofs, SHARED.proofs);
  const clusters = read.clusters.map((own, i) => {
    const name = isSection(own) && own.name;
    const inCluster = name
      ? keyIn(`tenants.clusters: ${name}`, ': ')
      : keyIn(`tenants.clusters[${i}]`);
    // Alone, the platform's settings were good: what the cluster says is wrong.
    const keyOf: KeyOf = path =>
      isIn(own, path) || CLUSTERS_OWN.includes(String(path[0]))
        ? inCluster(path)
        : keyIn('tenants')(path);
    const [ofPlatform, ofCluster] = [given, own].map(presetOf);
    const merged = [
      ofCluster ? {} : ofPlatform ?? {},
      shared,
      ofCluster ?? {},
      own,
    ];
    const cluster = parse(clusterSchema, merged.reduce(overlay), keyOf);
    cluster.kubernetes = {
      ...connectionOf(
        cluster.kubernetesRef,
        root,
        inCluster(['kubernetesRef']),
      ),
      ...cluster.kubernetes,
    };
    refuse(contradictions(cluster, naming), keyOf);
    return profileOf(cluster, { naming, owners });
  });
  const names = clusters.map(({ name }) => name);
  const declared = clusters.flatMap(c => c.proofOnly.map(({ name }) => name));
  for (const [all, what] of [
    [names, 'of the name'],
    [declared, 'proofOnly tenants of the name'],
  ] as const) {
    const twice = all.find((name, i) => all.indexOf(name) !== i);
    if (twice) {
      throw new InputError(`tenants.clusters: there are two ${what} ${twice}`);
    }
  }
  return {
    clusters,
    naming,
    owners,
    proofs: {
      intervalMs,
      maxAgeMs: proofs.maxAge ?? MAX_AGE * intervalMs,
      vaultIntervalMs: proofs.vaultInterval,
      drillIntervalMs: proofs.drillInterval,
      retention,
    },
  };
}

function profileOf(
  { title, proofs, ...cluster }: ReadCluster,
  platform: Pick<Platform, 'naming' | 'owners'>,
): ClusterProfile {
  return {
    ...cluster,
    ...platform,
    title: title ?? cluster.name,
    proofs: {
      image: proofs.image ?? cluster.n8n.image,
      connectTimeoutMs: proofs.connectTimeout,
      settleMs: proofs.settle,
      deadlineMs: proofs.deadline,
      outside: proofs.targets,
      annotations: proofs.annotations,
      concurrency: proofs.concurrency,
    },
  };
}

/** Where the portal's own `kubernetes` config says that a cluster is. */
function connectionOf(
  name: string | undefined,
  root: Config,
  key: string,
): ReadCluster['kubernetes'] {
  if (name === undefined) {
    return {};
  }
  const methods = root.getOptional('kubernetes.clusterLocatorMethods');
  const clusters = (Array.isArray(methods) ? methods : []).flatMap(method =>
    isSection(method) && Array.isArray(method.clusters) ? method.clusters : [],
  );
  const found = clusters.find(each => isSection(each) && each.name === name);
  if (!found) {
    throw new InputError(
      `${key}: kubernetes.clusterLocatorMethods has no cluster of the name ${name}`,
    );
  }
  return parse(
    kubernetes.pick({ url: true, caData: true, caFile: true }).strip(),
    found,
    keyIn(`kubernetes.clusterLocatorMethods: ${name}`, ': '),
  );
}

function presetOf(section: unknown): unknown {
  const name = isSection(section) && section.preset;
  return typeof name === 'string' ? PRESETS[name] : undefined;
}

/** What is wrong, and where. */
interface Problem {
  path: PropertyKey[];
  message: string;
}

/** Names of the settings that are given. */
function givenIn(settings: object): string[] {
  return Object.entries(settings).flatMap(([key, value]) => (value ? key : []));
}

/** What no single setting says: that two of them do not go together. */
function contradictions(
  { name, kubernetes: api, n8n, network, proofOnly, sizes, vault }: ReadCluster,
  { namespacePrefix, kvPrefix }: Platform['naming'],
): Problem[] {
  const { kubeconfig, inCluster, url, context, ...ofUrl } = api;
  const onlyWithUrl = givenIn(ofUrl);
  const ways = givenIn({ kubeconfig, inCluster, url });
  const logins = givenIn(vault.login);
  const { dns, ingress } = network;
  const { via } = n8n.exposure ?? {};
  const what = via === 'ingress' ? 'ingress controller' : 'gateway';
  const problems: Problem[] = [
    {
      isSo: ways.length > 1,
      path: ['kubernetes'],
      message: ` names ${ways.join(' and ')}: leave all but one out`,
    },
    {
      isSo: context && !kubeconfig,
      path: ['kubernetes', 'context'],
      message: ' is one of a kubeconfig: set kubernetes.kubeconfig as well',
    },
    {
      // Without it the portal would take its own pod's cluster.
      isSo: !url && onlyWithUrl.length > 0,
      path: ['kubernetes'],
      message: ` has ${onlyWithUrl.join(
        ' and ',
      )}, which go with a url: set kubernetes.url as well`,
    },
    {
      isSo: logins.length > 1,
      path: ['vault', 'login'],
      message: ` names ${logins.join(' and ')}: leave all but one out`,
    },
    {
      isSo: logins.length === 0,
      path: [],
      message:
        ' does not say how the portal logs in to Vault: set vault.login.approle, .kubernetes or .tokenFile',
    },
    {
      isSo: dns.namespaces.length + dns.cidrs.length === 0 || !dns.ports.length,
      path: ['network', 'dns'],
      message: 'no resolver is left: name namespaces or cidrs, and ports',
    },
    {
      isSo: via && ingress.namespaces.length + ingress.cidrs.length === 0,
      path: ['n8n', via ?? ''],
      message: `nothing may reach n8n yet: name the namespace that the ${what} runs in as tenants.network.ingress.namespaces, or where it comes from as tenants.network.ingress.cidrs`,
    },
    {
      isSo: Object.hasOwn(sizes, PROOF_ONLY_SIZE),
      path: ['sizes', PROOF_ONLY_SIZE],
      message: 'is kept for tenants that are only proved',
    },
  ].filter(({ isSo }) => isSo);
  const others = proofOnly.map(({ namespace }) => namespace);
  for (const [i, { namespace, egress }] of proofOnly.entries()) {
    if (
      namespace.startsWith(namespacePrefix) ||
      others.indexOf(namespace) !== i
    ) {
      problems.push({
        path: ['proofOnly', i, 'namespace'],
        message: ` is ${namespace}: that is another tenant's, or would be one of the portal's own`,
      });
    }
    const tenants = egress.namespaces.filter(
      each => each.startsWith(namespacePrefix) || others.includes(each),
    );
    if (tenants.length > 0) {
      problems.push({
        path: ['proofOnly', i, 'egress', 'namespaces'],
        message: `${tenants.join(', ')}: no tenant may reach another`,
      });
    }
  }
  // A templated policy knows a tenant by its namespace, and by nothing else.
  if (
    vault.policies.kind === 'templated' &&
    !kvPrefix.endsWith(namespacePrefix)
  ) {
    problems.push({
      path: ['naming', 'kvPrefix'],
      message: ` is ${kvPrefix}: with the templated Vault policy of cluster ${name} an entry is known by its namespace, so it has to end in ${namespacePrefix}`,
    });
  }
  // Tenants whose policies can't let them through to Vault would stay unproven.
  if (
    vaultEndpoint({ vault }).isHostName &&
    vault.cidrs.length === 0 &&
    network.provider === 'kubernetes'
  ) {
    problems.push({
      path: ['vault', 'inClusterAddress'],
      message: ` is ${vault.inClusterAddress}, and a NetworkPolicy can't name a host outside the cluster: give its IPv4 address, a Service's name, the ranges that it is in as vault.cidrs, or set tenants.network.provider to cilium`,
    });
  }
  return problems;
}

/** Says which key of config is meant. */
type KeyOf = (path: PropertyKey[]) => string;

function keyIn(prefix: string, separator = '.'): KeyOf {
  return path =>
    path.reduce<string>(
      (text, part, i) =>
        typeof part === 'number'
          ? `${text}[${part}]`
          : `${text}${i === 0 ? separator : '.'}${String(part)}`,
      prefix,
    );
}

/** @throws InputError that names every key that is wrong */
function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  keyOf: KeyOf,
): z.output<T> {
  const parsed = schema.safeParse(value, { error: inWords });
  refuse(parsed.error?.issues ?? [], keyOf);
  return parsed.data!;
}

function refuse(problems: Problem[], keyOf: KeyOf): void {
  if (problems.length > 0) {
    throw new InputError(
      problems
        .map(
          ({ path, message }) =>
            // A message that goes on from the key begins with a space.
            `${keyOf(path)}${/^ /.test(message) ? '' : ': '}${message}`,
        )
        .join('; '),
    );
  }
}

function pick(value: unknown, keys: string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(isSection(value) ? value : {}).filter(([key]) =>
      keys.includes(key),
    ),
  );
}

function isIn(value: unknown, path: PropertyKey[]): boolean {
  let at: any = value;
  return path.every(part => (at = at?.[part]) !== undefined);
}
