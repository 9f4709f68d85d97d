import { testProfile, testSpec } from '../__fixtures__/platform';
import { tenantPlan } from '../__fixtures__/plan';
import { n8nUrl } from './exposure';

const HOST = '{{ name }}.n8n.example.com';
const network = { ingress: { namespaces: ['ingress'] } };

/** The Deployment's pod, and what else of the workload there is. */
function workload(n8n: object, over: object = {}) {
  const { objects, find } = tenantPlan({ n8n, ...over });
  const pod = find('Deployment').spec.template.spec;
  const env = Object.fromEntries(
    pod.containers[0].env.map(({ name, value }: any) => [name, value]),
  );
  return { objects, find, pod, env };
}

describe('where n8n runs', () => {
  it('is nowhere in particular by default', () => {
    const { pod } = workload({});
    expect(Object.keys(pod)).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/runtimeClassName|nodeSelector|tolerations/),
      ]),
    );
  });

  it('is in the sandbox and on the nodes that config names, by the tenant’s name', () => {
    const { pod } = workload({
      runtimeClassName: 'gvisor',
      nodeSelector: { 'example.com/pool': '{{ name }}', os: 'linux' },
      tolerations: [
        { key: 'example.com/pool', value: '{{name}}', effect: 'NoSchedule' },
        { key: 'other', operator: 'Exists' },
      ],
    });
    expect(pod).toMatchObject({
      runtimeClassName: 'gvisor',
      nodeSelector: { 'example.com/pool': 'acme', os: 'linux' },
      tolerations: [
        { key: 'example.com/pool', value: 'acme', effect: 'NoSchedule' },
        { key: 'other', operator: 'Exists' },
      ],
    });
  });

  it('leaves room for a sidecar and a sandbox’s overhead in the quota of two proof pods', () => {
    const hard = (n8n: object) =>
      tenantPlan({ n8n }).find('ResourceQuota', 'tenant-probe-quota').spec.hard;
    expect(hard({})).toMatchObject({ 'limits.memory': '2560Mi' });
    expect(
      hard({
        runtimeClassName: 'kata',
        runtimeOverhead: { cpu: '250m', memory: '160Mi' },
      }),
    ).toEqual({
      pods: '2',
      'requests.cpu': '1',
      'requests.memory': '960Mi',
      'limits.cpu': '6500m',
      'limits.memory': '2880Mi',
    });
  });
});

describe('the way to n8n', () => {
  it('is none by default', () => {
    const { objects, env } = workload({});
    expect(objects.map(o => o.kind)).not.toContain('Ingress');
    expect(objects.map(o => o.kind)).not.toContain('HTTPRoute');
    expect(env).not.toHaveProperty('N8N_EDITOR_BASE_URL');
    expect(n8nUrl(testSpec(), testProfile())).toBeUndefined();
  });

  it('is an Ingress, open to the controller’s namespace alone', () => {
    const ingress = {
      className: 'nginx',
      host: HOST,
      tlsSecretName: 'n8n-{{ name }}-tls',
      annotations: { 'cert-manager.io/cluster-issuer': 'public' },
    };
    const { find, env } = workload({ ingress }, { network });
    const found = find('Ingress');
    expect(found.metadata.annotations).toMatchObject(ingress.annotations);
    expect(found.spec).toEqual({
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'acme.n8n.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'n8n', port: { number: 5678 } } },
              },
            ],
          },
        },
      ],
      tls: [{ hosts: ['acme.n8n.example.com'], secretName: 'n8n-acme-tls' }],
    });
    expect(env).toMatchObject({
      N8N_HOST: 'acme.n8n.example.com',
      N8N_PROTOCOL: 'https',
      N8N_EDITOR_BASE_URL: 'https://acme.n8n.example.com',
      N8N_WEBHOOK_URL: 'https://acme.n8n.example.com',
      N8N_PROXY_HOPS: '1',
      N8N_SECURE_COOKIE: 'true',
    });
    expect(find('NetworkPolicy').spec.ingress).toEqual([
      { from: [{ podSelector: {} }] },
      {
        from: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': 'ingress' },
            },
          },
        ],
        ports: [{ port: 5678, protocol: 'TCP' }],
      },
    ]);
  });

  it('is plain http where nobody ends TLS', () => {
    const { env } = workload({ ingress: { host: HOST } }, { network });
    expect(env).toMatchObject({
      N8N_EDITOR_BASE_URL: 'http://acme.n8n.example.com',
      N8N_SECURE_COOKIE: 'false',
    });
  });

  it('is an HTTPRoute to a Gateway', () => {
    const gateway = {
      name: 'public',
      namespace: 'gateways',
      sectionName: 'https',
      host: HOST,
    };
    const route = workload({ gateway }, { network }).find('HTTPRoute');
    expect(route.apiVersion).toBe('gateway.networking.k8s.io/v1');
    expect(route.spec).toMatchObject({
      parentRefs: [
        { name: 'public', namespace: 'gateways', sectionName: 'https' },
      ],
      hostnames: ['acme.n8n.example.com'],
      rules: [{ backendRefs: [{ name: 'n8n', port: 5678 }] }],
    });
    const profile = testProfile({ n8n: { gateway }, network });
    expect(n8nUrl(testSpec(), profile)).toBe('https://acme.n8n.example.com');
  });
});

describe('what runs in n8n’s own process', () => {
  it('is nothing that executes code, unless config says so', () => {
    const { env } = workload({});
    expect(JSON.parse(env.NODES_EXCLUDE)).toEqual(
      expect.arrayContaining([
        'n8n-nodes-base.executeCommand',
        'n8n-nodes-base.localFileTrigger',
        'n8n-nodes-base.function',
        'n8n-nodes-base.functionItem',
        '@n8n/n8n-nodes-langchain.code',
      ]),
    );
    expect(env).toMatchObject({
      N8N_BLOCK_ENV_ACCESS_IN_NODE: 'true',
      N8N_COMMUNITY_PACKAGES_ENABLED: 'false',
      N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
    });
    expect(
      workload({
        excludedNodes: [],
        blockEnvAccess: false,
        communityPackages: true,
      }).env,
    ).toMatchObject({
      NODES_EXCLUDE: '[]',
      N8N_BLOCK_ENV_ACCESS_IN_NODE: 'false',
      N8N_COMMUNITY_PACKAGES_ENABLED: 'true',
    });
  });
});

describe('what else config says of it', () => {
  const inside = 'localhost,127.0.0.1,.svc';

  it.each<[object, object, object]>([
    [
      { pods: { pullSecrets: ['a', 'b'] } },
      { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
      {},
    ],
    [
      { pods: { architecture: 'arm64' }, n8n: { nodeSelector: { pool: 'a' } } },
      { nodeSelector: { 'kubernetes.io/arch': 'arm64', pool: 'a' } },
      {},
    ],
    [
      { n8n: { caBundle: { configMap: 'roots', key: 'all.pem' } } },
      {
        volumes: expect.arrayContaining([
          { name: 'ca', configMap: { name: 'roots', defaultMode: 0o644 } },
        ]),
      },
      { NODE_EXTRA_CA_CERTS: expect.stringMatching(/\/all\.pem$/) },
    ],
    [
      {
        n8n: { proxy: { url: 'http://192.0.2.7:3128', noProxy: ['a.test'] } },
        network: { clusterDomain: 'corp.local' },
      },
      {},
      {
        HTTPS_PROXY: 'http://192.0.2.7:3128',
        NO_PROXY: `${inside},.corp.local,a.test`,
      },
    ],
  ])('is in its pod: %j', (config, pod, env) => {
    expect(workload({}, config)).toMatchObject({ pod, env });
  });

  it('is how long it may take to start', () => {
    const { plan } = tenantPlan({ n8n: { startupTimeout: { minutes: 50 } } });
    const waits = plan.stages.flatMap(stage => stage.waits);
    expect(waits.map(({ timeoutMs }) => timeoutMs)).toContain(50 * 60_000);
  });
});
