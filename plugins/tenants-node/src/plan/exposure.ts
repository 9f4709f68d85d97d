import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, Exposure } from '../config/platform';
import { PlanContext } from './context';
import { forTenant } from './names';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';

/**
 * Where a browser finds a tenant's n8n, such as `https://acme.n8n.example.com`;
 * `undefined` where config exposes none.
 *
 * @public
 */
export function n8nUrl(
  { name }: Pick<TenantSpec, 'name'>,
  { n8n }: Pick<ClusterProfile, 'n8n'>,
): string | undefined {
  const { exposure } = n8n;
  return exposure && `${exposure.scheme}://${forTenant(exposure.host, name)}`;
}

/** The way in from outside: an Ingress, an HTTPRoute, or none. */
export function planExposure(context: PlanContext): KubernetesResource[] {
  const { exposure } = context.cluster.n8n;
  if (!exposure) {
    return [];
  }
  const host = forTenant(exposure.host, context.spec.name);
  return [
    exposure.via === 'ingress'
      ? planIngress(context, exposure, host)
      : planHttpRoute(context, exposure, host),
  ];
}

function planIngress(
  context: PlanContext,
  exposure: Exposure & { via: 'ingress' },
  host: string,
): KubernetesResource {
  const { name } = context.spec;
  const { workload } = context;
  const { className, tlsSecretName } = exposure;
  return tenantObject(context, 'network', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    name: context.workload.name,
    annotations: Object.fromEntries(
      Object.entries(exposure.annotations).map(([key, text]) => [
        key,
        forTenant(text, name),
      ]),
    ),
    spec: {
      ...(className && { ingressClassName: className }),
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: {
                  service: {
                    name: workload.name,
                    port: { number: workload.port },
                  },
                },
              },
            ],
          },
        },
      ],
      ...(tlsSecretName && {
        tls: [{ hosts: [host], secretName: forTenant(tlsSecretName, name) }],
      }),
    },
  });
}

/** What the Gateway's own defaults would add is written out, so that no diff sees it. */
function planHttpRoute(
  context: PlanContext,
  { name, namespace, sectionName }: Exposure & { via: 'gateway' },
  host: string,
): KubernetesResource {
  return tenantObject(context, 'network', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    name: context.workload.name,
    spec: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name,
          namespace,
          ...(sectionName && { sectionName }),
        },
      ],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            {
              group: '',
              kind: 'Service',
              name: context.workload.name,
              port: context.workload.port,
              weight: 1,
            },
          ],
        },
      ],
    },
  });
}

/** Settings by which n8n knows its own address; it writes it into webhooks and e-mails. */
export function exposureEnv(context: PlanContext): Record<string, string> {
  const { exposure } = context.cluster.n8n;
  const url = n8nUrl(context.spec, context.cluster);
  if (!exposure || !url) {
    return {};
  }
  return {
    N8N_HOST: new URL(url).host,
    // Without a key of its own n8n serves plain http all the same.
    N8N_PROTOCOL: exposure.scheme,
    N8N_EDITOR_BASE_URL: url,
    N8N_WEBHOOK_URL: url,
    // Its name in n8n 2.x before that; config may name such an image.
    WEBHOOK_URL: url,
    // One proxy stands before it: whose X-Forwarded-For is to be believed.
    N8N_PROXY_HOPS: '1',
  };
}
