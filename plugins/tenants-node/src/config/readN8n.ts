import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { N8nConfig, Toleration } from './platform';
import { readExposure } from './readExposure';

const DEFAULT_IMAGE = 'docker.io/n8nio/n8n:2.41.1';

/**
 * Nodes that run code or commands in n8n's own process, beside its encryption key:
 * the two that n8n leaves out itself, and three that it does not.
 */
const EXCLUDED_NODES = [
  'n8n-nodes-base.executeCommand',
  'n8n-nodes-base.localFileTrigger',
  'n8n-nodes-base.function',
  'n8n-nodes-base.functionItem',
  '@n8n/n8n-nodes-langchain.code',
];

const LABEL_PART = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const SUBDOMAIN =
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const SUBDOMAIN_ONLY = new RegExp(`^${SUBDOMAIN}$`);
const LABEL_KEY = new RegExp(`^(${SUBDOMAIN}/)?${LABEL_PART}$`);
const LABEL_VALUE = new RegExp(`^(${LABEL_PART})?$`);
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const FIELDS = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'];

/**
 * Reads `tenants.n8n`: what n8n is run from, where, and how it is reached.
 *
 * @throws InputError with the key of what the API server would refuse later
 */
export function readN8n(
  config: Config | undefined,
  ingressNamespace: string | undefined,
): N8nConfig {
  const runtimeClassName = config?.getOptionalString('runtimeClassName');
  if (
    runtimeClassName !== undefined &&
    !SUBDOMAIN_ONLY.test(runtimeClassName)
  ) {
    throw problem(
      'runtimeClassName',
      `${runtimeClassName} is not the name of a RuntimeClass, such as gvisor`,
    );
  }
  return {
    image: config?.getOptionalString('image') ?? DEFAULT_IMAGE,
    imagePullPolicy:
      config?.getOptionalString('imagePullPolicy') ?? 'IfNotPresent',
    storageClass: config?.getOptionalString('storageClass'),
    runtimeClassName,
    runtimeOverhead: readOverhead(config, runtimeClassName),
    nodeSelector: readNodeSelector(config?.getOptional('nodeSelector')),
    tolerations: readTolerations(config?.getOptional('tolerations')),
    exposure: readExposure(config, ingressNamespace),
    excludedNodes:
      config?.getOptionalStringArray('excludedNodes') ?? EXCLUDED_NODES,
    blockEnvAccess: config?.getOptionalBoolean('blockEnvAccess') ?? true,
    communityPackages: config?.getOptionalBoolean('communityPackages') ?? false,
  };
}

function readOverhead(
  config: Config | undefined,
  runtimeClassName: string | undefined,
): N8nConfig['runtimeOverhead'] {
  if (!config?.has('runtimeOverhead')) {
    return undefined;
  }
  if (!runtimeClassName) {
    throw problem('runtimeOverhead', 'goes with runtimeClassName');
  }
  const [cpu, memory] = ['cpu', 'memory'].map(resource => {
    const key = `runtimeOverhead.${resource}`;
    const quantity = String(config.getOptional(key) ?? '0');
    if (parseQuantity(quantity) === undefined) {
      throw problem(
        key,
        `${quantity} is not a Kubernetes quantity, such as 250m or 160Mi`,
      );
    }
    return quantity;
  });
  return { cpu, memory };
}

function readNodeSelector(value: unknown): Record<string, string> | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!isRecord(value)) {
    throw problem(
      'nodeSelector',
      'has to be labels of nodes, as key and value',
    );
  }
  for (const [key, label] of Object.entries(value)) {
    if (!LABEL_KEY.test(key)) {
      throw problem(
        'nodeSelector',
        `${key} is not the key of a label, such as example.com/pool`,
      );
    }
    if (typeof label !== 'string' || !LABEL_VALUE.test(named(label))) {
      throw problem(
        `nodeSelector.${key}`,
        `${label} is not the value of a label: it has to be a string (in quotes, where it reads like a number or boolean) of 63 characters at most`,
      );
    }
  }
  return Object.keys(value).length > 0
    ? (value as Record<string, string>)
    : undefined;
}

function readTolerations(value: unknown): Toleration[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw problem('tolerations', 'has to be a list');
  }
  value.forEach((toleration, index) => {
    const found = tolerationProblem(toleration);
    if (found) {
      throw problem(`tolerations[${index}]`, found);
    }
  });
  return value.length > 0 ? value : undefined;
}

/** What the API server would say of a toleration, at a tenant's first pod. */
function tolerationProblem(toleration: unknown): string | undefined {
  if (!isRecord(toleration)) {
    return 'has to have key, operator, value and effect';
  }
  const unknown = Object.keys(toleration).find(key => !FIELDS.includes(key));
  if (unknown) {
    return `${unknown} is no field of a toleration; there is ${FIELDS.join(
      ', ',
    )}`;
  }
  const {
    key,
    operator = 'Equal',
    value,
    effect,
    tolerationSeconds,
  } = toleration;
  if (operator !== 'Equal' && operator !== 'Exists') {
    return `operator is ${operator}, and has to be Equal or Exists`;
  }
  if (key === undefined && operator !== 'Exists') {
    return 'without a key its operator has to be Exists';
  }
  if (key !== undefined && !(typeof key === 'string' && LABEL_KEY.test(key))) {
    return `key ${key} is not the key of a taint, such as example.com/pool`;
  }
  if (value !== undefined && operator === 'Exists') {
    return 'with operator Exists there is no value';
  }
  if (
    value !== undefined &&
    !(typeof value === 'string' && LABEL_VALUE.test(named(value)))
  ) {
    return `value ${value} is not the value of a taint: it has to be a string`;
  }
  if (effect !== undefined && !EFFECTS.includes(effect as string)) {
    return `effect is ${effect}, and has to be one of ${EFFECTS.join(', ')}`;
  }
  if (
    tolerationSeconds !== undefined &&
    (effect !== 'NoExecute' || !Number.isInteger(tolerationSeconds))
  ) {
    return 'tolerationSeconds is a whole number, and goes with effect NoExecute';
  }
  return undefined;
}

/** A value as it may read with a tenant's name in it. */
function named(template: string): string {
  return template.replace(/\{\{\s*name\s*\}\}/g, 'a');
}

function problem(key: string, said: string): InputError {
  return new InputError(`tenants.n8n.${key}: ${said}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
