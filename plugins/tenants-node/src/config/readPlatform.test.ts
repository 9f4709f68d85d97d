import { createMockDirectory } from '@backstage/backend-test-utils';
import {
  clusterConfig,
  proofOnlyPlatform,
  testPlatform,
  testProfile,
} from '../__fixtures__/platform';

describe('readPlatform', () => {
  it('fills every default in', () => {
    const { sizes, proofs, network, n8n } = testProfile();
    expect(testPlatform().proofs).toMatchObject({
      intervalMs: 300_000,
      maxAgeMs: 900_000,
    });
    expect(Object.keys(sizes)).toEqual(['small', 'medium', 'large']);
    expect(network).toMatchObject({ provider: 'kubernetes', denial: 'drop' });
    expect(proofs).toMatchObject({ connectTimeoutMs: 2000, image: n8n.image });
  });

  it('takes times as they are written', () => {
    const { proofs, clusters } = testPlatform({
      proofs: {
        interval: { minutes: 10 },
        maxAge: '25m',
        vaultInterval: { seconds: 40 },
        drillInterval: 'PT12H',
        connectTimeout: '1500ms',
        retention: { days: 3, count: 7 },
      },
    });
    expect(proofs).toEqual({
      intervalMs: 600_000,
      maxAgeMs: 1_500_000,
      vaultIntervalMs: 40_000,
      drillIntervalMs: 43_200_000,
      retention: { days: 3, count: 7 },
    });
    expect(clusters[0].proofs.connectTimeoutMs).toBe(1_500);
  });

  it('takes a size of its own, and the rest of it from small', () => {
    const { sizes } = testProfile({
      sizes: { tiny: { title: 'Tiny', quota: { pods: 3 } } },
    });
    expect(sizes.tiny.quota).toEqual({ ...sizes.small.quota, pods: 3 });
  });

  it('writes quantities as the API server will', () => {
    const { sizes } = testProfile({
      sizes: {
        small: {
          quota: { limitsCpu: 2.0, limitsMemory: '2048Mi' },
          container: { max: { cpu: '2000m', memory: '1024Mi' } },
          n8n: { requests: { cpu: 0.1 }, limits: { cpu: '1.5' } },
        },
      },
    });
    const { quota, container, n8n } = sizes.small;
    expect([quota.limitsCpu, quota.limitsMemory]).toEqual(['2', '2Gi']);
    expect(container.max).toEqual({ cpu: '2', memory: '1Gi' });
    expect([n8n.requests.cpu, n8n.limits.cpu]).toEqual(['100m', '1500m']);
  });

  it.each([
    [{ quota: { limitsMemory: '2GB' } }, /quota.limitsMemory: 2GB/],
    [{ quota: { limitsMemory: '1e99' } }, /1e99/],
    [{ quota: { requestsCpu: '-1' } }, /-1/],
    [{ quota: { requestsMemory: '3Gi' } }, /is over quota.limitsMemory/],
    [{ n8n: { limits: { memory: '4Gi' } } }, /is over container.max.memory/],
    [{ n8n: { requests: { cpu: '2' } } }, /is over n8n.limits.cpu/],
    [{ n8n: { storage: '6Gi' } }, /n8n.storage .* is over objects.storage/],
    [
      { container: { ephemeralStorage: { default: '3Gi' } } },
      /ephemeralStorage.default \(3Gi\) is over .*ephemeralStorage.max \(2Gi\)/,
    ],
    [
      { objects: { volumeClaims: 0.5 } },
      /objects.volumeClaims: 0.5 is not a whole number/,
    ],
  ])('refuses a size that contradicts itself: %j', (size, message) => {
    expect(() => testPlatform({ sizes: { small: size } })).toThrow(message);
  });

  it('refuses a network provider that there is not', () => {
    expect(() => testPlatform({ network: { provider: 'calico' } })).toThrow(
      /kubernetes, cilium/,
    );
  });
});

describe('a tenant that is only proved', () => {
  const podLabels = { app: 'n8n' };
  const vault = { role: 'flows', policy: 'flows', path: 'flows' };

  it('is called as its namespace, and has what an n8n usually has', () => {
    const [declared] = proofOnlyPlatform([{}]).clusters[0].proofOnly;
    expect(declared).toMatchObject({
      name: 'flows',
      workload: { service: 'n8n', port: 5678 },
      egress: { hosts: [], cidrs: [], namespaces: [] },
      withoutVault: false,
    });
    expect(declared).not.toHaveProperty('limits');
  });

  it.each([
    [{ owner: 'nobody' }, /proofOnly\[0\].owner: The owner is an entity ref/],
    [{ name: 'Flows' }, /proofOnly\[0\].name: .*lower-case/],
    [{ name: 'canary' }, /reserved by the platform/],
    [{ namespace: 'web-tenant-flows' }, /proofOnly\[0\].namespace is web-ten/],
    [{ workload: {} }, /workload.podLabels: has to be labels/],
    [{ workload: { podLabels: {} } }, /workload.podLabels are missing/],
    [
      { workload: { podLabels: { ...podLabels, 'pod-template-hash': 'a' } } },
      /podLabels: pod-template-hash is for controllers/,
    ],
    [{ egress: { hosts: ['no host'] } }, /egress.hosts\[0\]: Not a host name/],
    [{ egress: { cidrs: ['10.0.0.0'] } }, /egress.cidrs\[0\]: Not an IPv4/],
    [{ egress: { namespaces: ['web-tenant-acme'] } }, /no tenant may reach/],
    [{ egress: { namespaces: ['flows'] } }, /no tenant may reach another/],
    [{ limits: { cpu: '2', memory: '2Gi' } }, /limits.container is missing/],
    [{ vault, withoutVault: true }, /withoutVault: it names its entry/],
    [{ vault: { role: 'flows' } }, /vault.policy is missing/],
    [{ limit: {} }, /limit is no setting: did you mean limits/],
  ])('is refused where it is declared so: %j', (over, message) => {
    expect(() => proofOnlyPlatform([over])).toThrow(message);
  });

  it('is refused twice, and as the name of a size', () => {
    const other = { namespace: 'more', name: 'flows' };
    expect(() => proofOnlyPlatform([{}, other])).toThrow(/two proofOnly tenan/);
    expect(() => proofOnlyPlatform([{}, { name: 'more' }])).toThrow(
      /proofOnly\[1\].namespace is flows/,
    );
    expect(() => testPlatform({ sizes: { 'proof-only': {} } })).toThrow(
      /sizes.proof-only: is kept/,
    );
  });
});

describe('the settings of a cluster', () => {
  const read = (shared: object, ...clusters: object[]) =>
    testPlatform({
      ...shared,
      clusters: clusters.map((own, i) => ({
        ...clusterConfig({ name: `c${i}` }),
        ...own,
      })),
    }).clusters;

  it('are the platform’s, and its own over them', () => {
    const shared = {
      network: { provider: 'cilium', reservedCidrs: ['10.0.0.0/8'] },
      n8n: { storageClass: 'fast', ingress: { host: '{{ name }}.a.example' } },
      sizes: { small: { quota: { pods: 20 } }, tiny: { title: 'Tiny' } },
      proofs: { settle: '20s', targets: { dns: '192.0.2.2:53' } },
      trustedSubjects: [{ kind: 'Group', name: 'admins' }],
    };
    const [plain, other] = read(
      {
        ...shared,
        network: { ...shared.network, ingress: { namespaces: ['in'] } },
      },
      {},
      {
        network: { denial: 'reject', reservedCidrs: ['172.16.0.0/12'] },
        n8n: {
          storageClass: null,
          gateway: { host: '{{ name }}.b.example', name: 'g', namespace: 'n' },
        },
        sizes: { small: { quota: { limitsMemory: '3072Mi' } } },
        proofs: { image: 'own', targets: { names: ['b.example'] } },
        trustedSubjects: [{ kind: 'User', name: 'own' }],
        overcommit: 'true',
      },
    );
    expect(plain).toMatchObject({
      network: { provider: 'cilium', denial: 'drop' },
      n8n: { storageClass: 'fast', exposure: { via: 'ingress' } },
      overcommit: false,
    });
    expect(other).toMatchObject({
      network: {
        provider: 'cilium',
        denial: 'reject',
        reservedCidrs: ['172.16.0.0/12', '10.0.0.0/8'],
      },
      n8n: { exposure: { via: 'gateway' } },
      proofs: {
        image: 'own',
        settleMs: 20_000,
        outside: { dns: { host: '192.0.2.2', port: 53 }, names: ['b.example'] },
      },
      overcommit: true,
    });
    expect(other.n8n.storageClass).toBeUndefined();
    expect(other.sizes.small.quota).toEqual({
      ...plain.sizes.small.quota,
      limitsMemory: '3Gi',
    });
    expect(plain.sizes.small.quota.pods).toBe(20);
    expect(other.sizes.tiny.title).toBe('Tiny');
    expect(other.trustedSubjects.map(({ name }) => name)).toEqual([
      'own',
      'admins',
    ]);
  });

  type Refused = [object, object, RegExp];

  it.each<Refused>([
    [{ netwrk: {} }, {}, /^tenants: netwrk is no setting: .* mean network\?$/],
    [
      { network: { dinial: 'drop' } },
      {},
      /tenants.network: dinial .* denial\?/,
    ],
    [{}, { naming: {} }, /tenants.clusters: c0: naming is no setting/],
    [{}, { vualt: {} }, /tenants.clusters: c0: vualt is .* mean vault\?/],
    [{}, { n8n: { zzz: 1 } }, /c0: n8n: zzz is no setting: there is image, /],
    [
      {},
      { network: { provider: 'x' } },
      /c0: network.provider is x, and has to be one of kubernetes, cilium/,
    ],
    [
      { n8n: { image: 1 }, sizes: { small: { quota: { pods: 'few' } } } },
      {},
      /sizes.small.quota.pods: few is not a number; tenants.n8n.image has to/,
    ],
    [{}, { vault: { address: 'a:1' } }, /c0: vault.address: a:1 is not a URL/],
    [{}, { name: 'c1' }, /there are two of the name c1/],
    [
      {},
      { vault: { address: 'http://a' } },
      /c0 does not say how the portal logs/,
    ],
    [{}, { vault: undefined }, /c0: vault is missing/],
    [{}, { name: undefined }, /tenants.clusters\[0\].name is missing/],
    [{ proofs: { interval: '0s' } }, {}, /proofs.interval has to be over 0/],
    [
      { proofs: { interval: { minutes: -5 } } },
      {},
      /proofs.interval is less than nothing/,
    ],
    [{ proofs: { maxAge: '0s' } }, {}, /proofs.maxAge has to be over 0/],
    [{ proofs: { deadline: '0s' } }, {}, /proofs.deadline has to be over 0/],
    [
      { proofs: { drillInterval: { hours: -1 }, vaultInterval: '0s' } },
      {},
      /drillInterval is less than nothing.*vaultInterval has to be over 0/,
    ],
    [
      { proofs: { retention: { days: 0, count: 0 } } },
      {},
      /retention.days has to be 1 or more.*retention.count has to be 1/,
    ],
    [
      {},
      { proofs: { concurrency: 0 } },
      /c0: proofs.concurrency has to be 1 or more/,
    ],
    ...['', 'A_', 'a'.repeat(41), '-a'].map(
      (namespacePrefix): Refused => [
        { naming: { namespacePrefix } },
        {},
        /naming.namespacePrefix has to be lower-case/,
      ],
    ),
    ...['*/', 'a+', 'a"b', '/a'].map(
      (kvPrefix): Refused => [
        { naming: { kvPrefix } },
        {},
        /naming.kvPrefix has to be the beginning of a path/,
      ],
    ),
    [{ sizes: { 'A B': {} } }, {}, /tenants.sizes has no size "A B"/],
    [{ n8n: { image: '' } }, {}, /n8n.image has to be an image/],
    [{ proofs: { image: 'a b' } }, {}, /proofs.image has to be an image/],
    [
      { notifications: { recipients: ['platform-team'] } },
      {},
      /notifications.recipients.*platform-team is no user or group/,
    ],
    [{}, { name: 'A b' }, /A b: name has to be lower-case letters/],
    [{}, { vault: { kvMount: '/kv/' } }, /c0: vault.kvMount has to be a path/],
    [{}, { vault: { authMount: '' } }, /c0: vault.authMount has to be a path/],
    [
      {},
      { kubernetes: { token: ['hush'] } },
      /^(?!.*hush).*c0: kubernetes.token has to be a string/,
    ],
  ])('are refused in words: %j %j', (shared, own, message) => {
    expect(() => read(shared, own, {})).toThrow(message);
  });
});

describe('the connection to a cluster', () => {
  const { vault } = clusterConfig();
  const files = createMockDirectory({ content: { 'ca.pem': 'a CA' } });
  const caFile = files.resolve('ca.pem');
  const read = (own: object) =>
    testPlatform(
      { clusters: [{ name: 'c', vault, ...own }] },
      {
        kubernetes: {
          clusterLocatorMethods: [
            { type: 'localKubectlProxy' },
            {
              type: 'config',
              clusters: [
                {
                  name: 'prod',
                  url: 'https://rancher.example/k8s/clusters/c-1',
                  caFile,
                  authProvider: 'serviceAccount',
                  serviceAccountToken: 'hush',
                },
              ],
            },
          ],
        },
      },
    ).clusters[0];

  it('is that of the portal’s own kubernetes config, but for its rights', () => {
    const kubernetes = { tokenFile: '/token' };
    expect(read({ kubernetesRef: 'prod', kubernetes }).kubernetes).toEqual({
      url: 'https://rancher.example/k8s/clusters/c-1',
      caFile,
      tokenFile: '/token',
    });
    expect(() => read({ kubernetesRef: 'test' })).toThrow(
      /c: kubernetesRef: kubernetes.clusterLocatorMethods has no .* test/,
    );
  });

  it.each<[object, RegExp]>([
    [{ context: 'prod' }, /c: kubernetes.context is one of a kubeconfig/],
    [{ token: 'hush' }, /c: kubernetes has token, which go with a url/],
    [{ caFile, inCluster: true }, /c: kubernetes has caFile, which go with/],
    [
      { kubeconfig: '/k', url: 'https://192.0.2.1' },
      /c: kubernetes names kubeconfig and url: leave all but one out/,
    ],
    [{ kubeconfig: '/k', inCluster: true }, /kubeconfig and inCluster/],
  ])('is said in one way: %j', (kubernetes, message) => {
    expect(() => read({ kubernetes })).toThrow(message);
  });

  it('logs in to Vault in one way', () => {
    const login = { tokenFile: '/t', kubernetes: { role: 'portal' } };
    expect(() => read({ vault: { ...vault, login } })).toThrow(
      /c: vault.login names kubernetes and tokenFile: leave all but one out/,
    );
  });

  it('takes CAs from files', () => {
    expect(read({ vault: { ...vault, caFile } }).vault.caData).toBe('a CA');
    expect(() => read({ vault: { ...vault, caFile: '/no' } })).toThrow(
      /c: vault.caFile: \/no can't be read \(ENOENT\)/,
    );
  });
});

describe('where pods find Vault', () => {
  const at = (inClusterAddress: string, provider: string) =>
    testPlatform({
      network: { provider },
      clusters: [clusterConfig({ vault: { address: inClusterAddress } })],
    });

  it('has to be what a policy can name', () => {
    expect(() => at('https://vault.example.com', 'kubernetes')).toThrow(
      /lab: vault.inClusterAddress is https:\/\/vault.example.com.*IPv4/,
    );
    at('https://vault.example.com', 'cilium');
    at('https://192.0.2.20:8200', 'kubernetes');
    at('https://vault.vault.svc:8200', 'kubernetes');
  });
});

describe('the targets of proofs', () => {
  it('are read as address and port', () => {
    const { proofs } = testProfile({
      proofs: { targets: { internet: ['192.0.2.1:443'], dns: '192.0.2.2:53' } },
    });
    expect(proofs.outside).toEqual({
      internet: [{ host: '192.0.2.1', port: 443 }],
      dns: { host: '192.0.2.2', port: 53 },
      metadata: { host: '169.254.169.254', port: 80 },
      custom: [],
      names: ['example.com', 'example.org'],
    });
  });

  it('are the platform’s own too, each by a name', () => {
    const custom = (...targets: object[]) =>
      testProfile({ proofs: { targets: { custom: targets } } }).proofs.outside
        .custom;
    const db = { name: 'db', address: '192.0.2.9:5432', expect: 'denied' };
    const address = { host: '192.0.2.9', port: 5432 };
    expect(custom(db)).toEqual([{ ...db, address }]);
    const wrong: [object[], RegExp][] = [
      [[db, db], /targets.custom: there are two of the name db/],
      [[{ ...db, name: 'Db 1' }], /custom\[0\].name: Db 1 is not a name/],
      [[{ ...db, address: 'db:1' }], /db:1 is not an address and port/],
      [[{ ...db, expect: 'no' }], /expect is no, and has to be one of denied/],
    ];
    for (const [targets, message] of wrong) {
      expect(() => custom(...targets)).toThrow(message);
    }
  });

  it.each(['example.com:443', '192.0.2.1', '192.0.2.1:0', '192.0.2.1:1:2'])(
    'are refused where they are none: %s',
    dns => {
      expect(() => testPlatform({ proofs: { targets: { dns } } })).toThrow(
        /proofs.targets.dns/,
      );
    },
  );
});

describe('where n8n runs', () => {
  it('is read as it is written', () => {
    const n8n = {
      runtimeClassName: 'kata-qemu',
      runtimeOverhead: { cpu: '250m', memory: '160Mi' },
      nodeSelector: { 'example.com/pool': '{{ name }}', zone: '' },
      tolerations: [
        { key: 'example.com/pool', value: '{{ name }}', effect: 'NoSchedule' },
        { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
      ],
    };
    expect(testProfile({ n8n }).n8n).toMatchObject(n8n);
    expect(testProfile().n8n.nodeSelector).toBeUndefined();
    expect(testProfile({ n8n: { nodeSelector: {} } }).n8n).toMatchObject({
      nodeSelector: undefined,
    });
  });

  it.each<[object, RegExp]>([
    [{ runtimeClassName: 'gVisor' }, /n8n.runtimeClassName: gVisor is not/],
    [{ runtimeOverhead: { cpu: '1' } }, /goes with runtimeClassName/],
    [
      { runtimeClassName: 'kata', runtimeOverhead: { memory: '1GB' } },
      /runtimeOverhead.memory: 1GB/,
    ],
    [{ nodeSelector: 'pool=a' }, /nodeSelector: has to be labels/],
    [{ nodeSelector: { 'a b': 'c' } }, /a b is not the key of a label/],
    [{ nodeSelector: { pool: true } }, /nodeSelector.pool: true .*in quotes/],
    [{ nodeSelector: { pool: 'a b' } }, /nodeSelector.pool: a b/],
    [{ tolerations: { key: 'a' } }, /tolerations: has to be a list/],
    [{ tolerations: ['a'] }, /tolerations\[0\]: has to have/],
    [{ tolerations: [{ key: 'a', values: 'b' }] }, /values is no field/],
    [{ tolerations: [{ key: 'a', operator: 'In' }] }, /operator is In/],
    [{ tolerations: [{ effect: 'NoSchedule' }] }, /operator has to be Exists/],
    [
      { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] },
      /there is no value/,
    ],
    [{ tolerations: [{ key: 'a', value: 1 }] }, /value: 1 .*a string/],
    [{ tolerations: [{ key: 'a', effect: 'Never' }] }, /effect is Never/],
    [
      { tolerations: [{ key: 'a', tolerationSeconds: 5 }] },
      /goes with effect NoExecute/,
    ],
  ])('is refused where the API server would: %j', (n8n, message) => {
    expect(() => testPlatform({ n8n })).toThrow(message);
  });
});

describe('the way to n8n', () => {
  const network = { ingress: { namespaces: ['ingress'] } };
  const host = '{{ name }}.n8n.example.com';
  const exposure = (n8n: object) => testProfile({ n8n, network }).n8n.exposure;

  it('is none, an Ingress or an HTTPRoute', () => {
    expect(testProfile().n8n.exposure).toBeUndefined();
    expect(exposure({ ingress: { host } })).toMatchObject({
      via: 'ingress',
      scheme: 'http',
    });
    expect(exposure({ ingress: { host, tlsSecretName: 'tls' } })).toMatchObject(
      { via: 'ingress', scheme: 'https' },
    );
    expect(
      exposure({ gateway: { host, name: 'public', namespace: 'gateways' } }),
    ).toMatchObject({ via: 'gateway', scheme: 'https', name: 'public' });
  });

  it.each<[object, RegExp]>([
    [
      { ingress: { host }, gateway: { host, name: 'a', namespace: 'b' } },
      /set one of them/,
    ],
    [{ ingress: { host: 'n8n.example.com' } }, /same for every tenant/],
    [{ ingress: { host: '{{ name }}' } }, /is not a host name/],
    [{ ingress: { host: '{{ name }}.a"b.com' } }, /is not a host name/],
    [{ ingress: { host, scheme: 'ftp' } }, /scheme is ftp/],
    [
      { ingress: { host, annotations: { a: true } } },
      /annotations.a has to be a string/,
    ],
    [{ ingress: {} }, /host/],
    [{ gateway: { host, name: 'a' } }, /namespace/],
  ])('is refused where it can’t be: %j', (n8n, message) => {
    expect(() => exposure(n8n)).toThrow(message);
  });

  it.each([
    { ingress: { host } },
    { gateway: { host, name: 'a', namespace: 'b' } },
  ])('needs the namespace that may come in: %j', n8n => {
    expect(() => testPlatform({ n8n })).toThrow(
      /name the namespace .* as tenants.network.ingress.namespaces/,
    );
  });
});
