import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { Exposure } from './platform';

const NAME = /\{\{\s*name\s*\}\}/g;
const HOST =
  /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_HOST = 253;

/**
 * Reads how n8n is reached from outside: `tenants.n8n.ingress` or `.gateway`.
 *
 * @throws InputError for both at once, for a host that several tenants would
 * share, and where no namespace is named that may reach n8n
 */
export function readExposure(
  config: Config | undefined,
  ingressNamespace: string | undefined,
): Exposure | undefined {
  const ingress = config?.getOptionalConfig('ingress');
  const gateway = config?.getOptionalConfig('gateway');
  if (ingress && gateway) {
    throw new InputError(
      'tenants.n8n: ingress and gateway are two ways to the same n8n: set one of them',
    );
  }
  const way = ingress ? 'ingress' : 'gateway';
  const settings = ingress ?? gateway;
  if (!settings) {
    return undefined;
  }
  if (!ingressNamespace) {
    throw new InputError(
      `tenants.n8n.${way}: nothing may reach n8n yet: name the namespace that the ${
        ingress ? 'ingress controller' : 'gateway'
      } runs in as tenants.network.ingressNamespace`,
    );
  }
  const host = settings.getString('host');
  checkHost(`tenants.n8n.${way}.host`, host);
  const tls = ingress?.getOptionalString('tlsSecretName');
  const scheme =
    settings.getOptionalString('scheme') ?? (gateway || tls ? 'https' : 'http');
  if (scheme !== 'http' && scheme !== 'https') {
    throw new InputError(
      `tenants.n8n.${way}.scheme is ${scheme}, and has to be http or https`,
    );
  }
  if (ingress) {
    return {
      via: 'ingress',
      host,
      scheme,
      className: ingress.getOptionalString('className'),
      tlsSecretName: tls,
      annotations: readAnnotations(ingress.getOptional('annotations')),
    };
  }
  return {
    via: 'gateway',
    host,
    scheme,
    name: settings.getString('name'),
    namespace: settings.getString('namespace'),
    sectionName: settings.getOptionalString('sectionName'),
  };
}

/** A tenant's name may be 63 characters less the prefix; a label has 63. */
function checkHost(key: string, template: string): void {
  const host = template.replace(NAME, 'a');
  if (host === template) {
    throw new InputError(
      `${key}: ${template} is the same for every tenant: put {{ name }} in it`,
    );
  }
  if (host.length > MAX_HOST || !HOST.test(host)) {
    throw new InputError(
      `${key}: ${template} is not a host name, such as {{ name }}.n8n.example.com`,
    );
  }
}

function readAnnotations(value: unknown): Record<string, string> {
  for (const [key, text] of Object.entries(value ?? {})) {
    if (typeof text !== 'string') {
      throw new InputError(
        `tenants.n8n.ingress.annotations: ${key} has to be a string: put it in quotes`,
      );
    }
  }
  return (value ?? {}) as Record<string, string>;
}
