import { JsonValue } from '@backstage/types';
import { z } from 'zod';
import {
  isLabelValue,
  labelKeyProblem,
  section,
  SUBDOMAIN_NAME,
  suggestion,
  texts,
  refuseAt,
} from './fields';

/** What of a tenant a text may name, with an example of each. */
const EXAMPLE = {
  name: 'acme',
  namespace: 'web-tenant-acme',
  owner: 'group:default/acme-team',
  ownerName: 'acme-team',
  size: 'small',
  cluster: 'prod',
  kvPath: 'web-tenant-acme',
  vaultRole: 'tenant-acme',
};

/**
 * In double braces what is a tenant's, and a bare word, which is meant for it; what
 * else stands there is the object's own, such as a template of External Secrets.
 */
const VALUE = new RegExp(
  `\\{\\{\\s*(tenant\\.[\\w.]*|${Object.keys(EXAMPLE).join('|')})\\s*\\}\\}`,
  'g',
);

/** What an extra object may say of the tenant that it is for. */
export type TenantValues = Record<keyof typeof EXAMPLE, string>;

/**
 * Of the API groups of Kubernetes itself, of its networks and of External Secrets,
 * the kinds that may be extra objects: the others hold a wall up or open it, run
 * something beside n8n, hold a secret, or are no namespace's.
 */
const ALLOWED: Record<string, string[]> = {
  v1: ['ConfigMap', 'Namespace', 'ServiceAccount'],
  'external-secrets.io/v1': ['ExternalSecret'],
  'policy/v1': ['PodDisruptionBudget'],
};
const GUARDED =
  /^[a-z]*$|(^|\.)(k8s\.io|cilium\.io|projectcalico\.org|antrea\.io|k8s\.ovn\.org|openshift\.io|external-secrets\.io)$/;

/** Labels and annotations that are the portal's own, or hold a wall up. */
const RESERVED =
  /^((.*\.)?threewalls\.io\/|pod-security\.kubernetes\.io\/|app\.kubernetes\.io\/managed-by$|kubernetes\.io\/metadata\.name$)/;

/** Names of the plan's own objects in a tenant's namespace. */
export const PLANNED = /^n8n(-|$)/;

const manifest = z
  .looseObject(
    {
      apiVersion: z.string().describe('Such as `monitoring.coreos.com/v1`'),
      kind: z
        .string()
        .describe(
          "Kind of the object. A Namespace stands for the tenant's own, and has labels and annotations alone",
        ),
      metadata: section({
        name: z.string().optional().describe('Of all but a Namespace'),
        labels: texts.default({}),
        annotations: texts.default({}),
      }).prefault({}),
    },
    { error: ' has to be a manifest' },
  )
  .superRefine((object, context) => {
    const refuse = (path: PropertyKey[], message: string) =>
      refuseAt(context, path, message);
    for (const { path, text } of textsOf(object as JsonValue)) {
      for (const [, word] of text.matchAll(VALUE)) {
        const [, name = ''] = /^tenant\.(.*)$/.exec(word) ?? [];
        if (!Object.hasOwn(EXAMPLE, name)) {
          const known = Object.keys(EXAMPLE).map(key => `tenant.${key}`);
          refuse(
            path,
            `{{ ${word} }} is nothing: ${suggestion(
              `tenant.${name || word}`,
              known,
            )}`,
          );
        }
      }
    }
    const problem = kindProblem(object);
    if (problem) {
      refuse(['kind'], problem);
      return;
    }
    const { kind, metadata, spec } = filled(object, EXAMPLE);
    for (const part of ['labels', 'annotations'] as const) {
      for (const [key, value] of Object.entries(metadata[part])) {
        const wrong = RESERVED.test(key)
          ? `${key} is the portal's own`
          : labelKeyProblem(key) ??
            (part === 'labels' && !isLabelValue(value)
              ? `${value} is not the value of a label`
              : undefined);
        if (wrong) {
          refuse(['metadata', part, key], wrong);
        }
      }
    }
    const { name } = metadata;
    if (kind === 'Namespace') {
      const own = ['apiVersion', 'kind', 'metadata'];
      const more = Object.keys(object).filter(key => !own.includes(key));
      if (name !== undefined || more.length > 0) {
        refuse(
          [more[0] ?? 'metadata'],
          "the tenant's own Namespace is meant: it takes labels and annotations alone",
        );
      }
    } else if (name === undefined || !SUBDOMAIN_NAME.test(name)) {
      refuse(['metadata', 'name'], `${name ?? 'none'} is not a name`);
    } else if (PLANNED.test(name)) {
      refuse(['metadata', 'name'], `${name} is a name of the plan's own`);
    }
    const target = (spec as any)?.target?.name;
    if (kind === 'ExternalSecret' && PLANNED.test(target)) {
      refuse(['spec', 'target', 'name'], `${target} is n8n's own Secret`);
    }
  });

/** An object that every tenant gets, as config has it. */
export type ExtraObject = z.output<typeof manifest>;

export const extraObjects = z
  .array(manifest)
  .superRefine((objects, context) => {
    const ids = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const [i, { apiVersion, kind }] of objects.entries()) {
      const other = objects.find(
        o => o.kind === kind && o.apiVersion !== apiVersion,
      );
      if (ids.indexOf(ids[i]) !== i) {
        refuseAt(context, [i], `there are two of ${ids[i]}`);
      } else if (other) {
        refuseAt(
          context,
          [i, 'apiVersion'],
          `another ${kind} is ${other.apiVersion}: one kind is of one version here`,
        );
      }
    }
  })
  .default([])
  .describe(
    "Manifests of the platform's own that every tenant gets, with `{{ tenant.name }}`, `.namespace`, `.owner`, `.ownerName`, `.size`, `.cluster`, `.kvPath` and `.vaultRole` in their texts",
  );

function kindProblem(object: { apiVersion: string; kind: string }) {
  const { apiVersion, kind } = object;
  if (kind === 'Secret') {
    return 'a Secret has no place in config: have an ExternalSecret bring it';
  }
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  const known = Object.keys(ALLOWED).find(v => ALLOWED[v].includes(kind));
  const isAllowed = GUARDED.test(group)
    ? known === apiVersion
    : // An object is known by its kind and its name.
      known === undefined;
  const there = Object.entries(ALLOWED).map(
    ([version, kinds]) => `${kinds.join(', ')} (${version})`,
  );
  return isAllowed
    ? undefined
    : `${kind} (${apiVersion}) may not be added: it could hold or open a wall, runs something, or is no namespace's. Of Kubernetes' own there may be ${there.join(
        ', ',
      )}`;
}

/** An object with a tenant's values in all its texts. */
export function filled<T>(object: T, values: TenantValues): T {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value.replace(
        VALUE,
        (whole, word: string) =>
          values[word.replace('tenant.', '') as keyof TenantValues] ?? whole,
      );
    }
    if (Array.isArray(value)) {
      return value.map(fill);
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, one]) => [key, fill(one)]),
        )
      : value;
  };
  return fill(object) as T;
}

/** All texts of an object, with where they stand. */
function* textsOf(
  value: JsonValue | undefined,
  path: PropertyKey[] = [],
): Generator<{ path: PropertyKey[]; text: string }> {
  if (typeof value === 'string') {
    yield { path, text: value };
  } else if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    for (const [key, one] of Object.entries(value)) {
      yield* textsOf(one, [...path, isList ? Number(key) : key]);
    }
  }
}
