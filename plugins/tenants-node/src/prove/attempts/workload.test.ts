import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import {
  testPlatform,
  testProfile,
  testSpec,
} from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import { runAttempt } from '../__fixtures__/portal';
import { sideOn, testSide } from '../__fixtures__/side';
import { plannedObjects } from '../../plan/planned';
import { podManifest } from '../pod/manifest';
import { Attempt, Side } from '../types';
import { restrictedProblems } from './restricted';
import { podsRestricted, withinQuota, workloadAsPlanned } from './workload';

const side = testSide();
const [deployment] = plannedObjects(side.tenant.plan, 'Deployment');
const { template } = deployment.spec as any;

const listing = (items: object[]) => ({
  kubernetes: { list: async () => ({ items: structuredClone(items) }) },
});

const run = (attempt: Attempt, items: object[], on: Side = side) =>
  runAttempt(on, attempt, listing(items));

/** n8n's pod as the API server keeps it. */
function livePod(change: (pod: any) => unknown = () => {}): any {
  const pod = structuredClone({
    metadata: {
      name: 'n8n-1',
      namespace: side.tenant.plan.names.namespace,
      labels: { ...template.metadata.labels, 'pod-template-hash': 'abc' },
    },
    spec: {
      ...template.spec,
      nodeName: 'node',
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      serviceAccount: 'n8n',
      terminationGracePeriodSeconds: 30,
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: ['not-ready', 'unreachable'].map(key => ({
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    },
    status: { phase: 'Running' },
  });
  const { resources } = pod.spec.containers[0];
  resources.limits['ephemeral-storage'] = '1Gi';
  resources.requests['ephemeral-storage'] = '64Mi';
  change(pod);
  return pod;
}

const proxy = { name: 'istio-proxy', image: 'proxy' };

describe('the pods of n8n', () => {
  const [attempt] = workloadAsPlanned(side);

  it.each<[string, ...object[]]>([
    ['as planned', livePod()],
    ['none'],
    [
      'one that is going away',
      livePod(pod => (pod.metadata.deletionTimestamp = 'x')),
    ],
    ['one that has ended', livePod(pod => (pod.status = { phase: 'Failed' }))],
  ])('%s', async (_, ...pods) => {
    const { outcome, reason } = await run(attempt, pods);
    expect([outcome, reason]).toEqual(['asExpected', undefined]);
  });

  it.each<[string, (pod: any) => unknown]>([
    ['as another account', p => (p.spec.serviceAccountName = 'default')],
    ['with a token', p => (p.spec.automountServiceAccountToken = true)],
    ['with another image', p => (p.spec.containers[0].image = 'evil')],
    ['with another container', p => p.spec.containers.push(proxy)],
    [
      'with an ephemeral container',
      p => (p.spec.ephemeralContainers = [{ name: 'debug' }]),
    ],
    [
      'with another volume',
      p => p.spec.volumes.push({ name: 's', secret: { secretName: 's' } }),
    ],
    ['on the node’s network', p => (p.spec.hostNetwork = true)],
    ['with another label', p => (p.metadata.labels.role = 'friend')],
    [
      'in the proof pods’ class, out of its quota',
      p => (p.spec.priorityClassName = 'threewalls-proof'),
    ],
    [
      'with an added toleration',
      p => p.spec.tolerations.push({ operator: 'Exists' }),
    ],
  ])('%s', async (_, change) => {
    const { outcome, reason } = await run(attempt, [
      livePod(),
      livePod(change),
    ]);
    expect([outcome, reason]).toEqual([
      'breached',
      { summary: expect.any(String) },
    ]);
  });

  it('have what the cluster adds to every pod, where config says so', async () => {
    const meshed = livePod(pod => {
      pod.spec.containers.push({
        ...proxy,
        volumeMounts: [{ name: 'envoy', mountPath: '/etc' }],
      });
      pod.spec.volumes.push({ name: 'envoy', emptyDir: {} });
    });
    const on = sideOn(side, { injectedContainers: ['istio-proxy'] });
    const [tolerant] = workloadAsPlanned(on);
    expect((await run(tolerant, [meshed], on)).outcome).toBe('asExpected');
    meshed.spec.containers[0].volumeMounts.push({ name: 'envoy' });
    expect((await run(tolerant, [meshed], on)).outcome).toBe('breached');
    expect((await run(attempt, [meshed])).reason?.summary).toMatch(
      /^n8n-1: .*spec\.containers\.1 is/,
    );
  });
});

describe('the pods of n8n, where admission says as whom', () => {
  it('are as planned with a user of the namespace’s range, and no other', async () => {
    const config = testProfile({ pods: { securityContext: 'platform' } });
    const plan = planTenant(testSpec(), testPlatform({ pods: config.pods }));
    const on = {
      ...sideOn(side, config),
      tenant: { ...side.tenant, plan },
    };
    const [own] = workloadAsPlanned(on);
    const [{ spec }] = plannedObjects(plan, 'Deployment') as any[];
    const as = (user: number) =>
      livePod(pod => {
        const { securityContext } = structuredClone(spec.template.spec);
        pod.spec.securityContext = {
          ...securityContext,
          fsGroup: 1000650000,
          seLinuxOptions: { level: 's0:c26,c5' },
        };
        pod.spec.imagePullSecrets = [{ name: 'default-dockercfg-x' }];
        pod.spec.containers[0].securityContext.runAsUser = user;
      });
    expect((await run(own, [as(1000650000)], on)).outcome).toBe('asExpected');
    expect((await run(own, [as(1001)], on)).outcome).toBe('breached');
    expect((await run(own, [as(0)], on)).outcome).toBe('breached');
  });
});

describe('PodSecurity restricted', () => {
  const proof = podManifest({
    role: 'proof',
    plan: side.tenant.plan,
    cluster: side.cluster.config,
    nonce: 'n0nce',
    tasks: [],
  });

  it('has nothing against n8n and the proof pod', () => {
    expect(restrictedProblems(template)).toEqual([]);
    expect(restrictedProblems(proof)).toEqual([]);
  });

  const host = { httpGet: { host: '198.18.128.2', port: 5678 } };
  const socket = { tcpSocket: { host: '198.18.128.2', port: 5678 } };
  const asks = 'container proof has the kubelet ask 198.18.128.2';
  const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/proof';
  type Change = (pod: any, container: any, context: any) => unknown;
  type Refused = [check: string, Change, ...problems: string[]];
  /** By names of the checks of k8s.io/pod-security-admission v0.37. */
  const REFUSED: Refused[] = [
    ['hostNamespaces', p => (p.spec.hostNetwork = true), 'hostNetwork'],
    ['hostNamespaces', p => (p.spec.hostPID = true), 'hostPID'],
    ['hostNamespaces', p => (p.spec.hostIPC = true), 'hostIPC'],
    [
      'hostPathVolumes',
      p => p.spec.volumes.push({ name: 'v', hostPath: { path: '/' } }),
      'volume v is a hostPath',
    ],
    [
      'restrictedVolumes',
      p => p.spec.volumes.push({ name: 'v', nfs: {} }),
      'volume v is a nfs',
    ],
    [
      'hostPorts',
      (_, c) => (c.ports = [{ hostPort: 80 }]),
      'container proof takes a port of the node',
    ],
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap(
      (probe): Refused[] =>
        [host, socket].map(handler => [
          'hostProbesAndHostLifecycle',
          (_, c) => (c[probe] = handler),
          asks,
        ]),
    ),
    ...['postStart', 'preStop'].flatMap((hook): Refused[] =>
      [host, socket].map(handler => [
        'hostProbesAndHostLifecycle',
        (_, c) => (c.lifecycle = { [hook]: handler }),
        asks,
      ]),
    ),
    [
      'hostProbesAndHostLifecycle',
      (p, c) =>
        (p.spec.initContainers = [{ ...c, name: 'init', startupProbe: host }]),
      'container init has the kubelet ask 198.18.128.2',
    ],
    [
      'hostProbesAndHostLifecycle',
      (p, c) =>
        (p.spec.ephemeralContainers = [
          { ...c, name: 'debug', lifecycle: { preStop: host } },
        ]),
      'container debug has the kubelet ask 198.18.128.2',
    ],
    [
      'privileged',
      (_, __, own) => (own.privileged = true),
      'container proof is privileged',
    ],
    [
      'allowPrivilegeEscalation',
      (_, __, own) => delete own.allowPrivilegeEscalation,
      'container proof may gain privileges that its parent has not',
    ],
    [
      'capabilities_baseline',
      (_, __, own) => (own.capabilities.add = ['NET_RAW']),
      'container proof has more capabilities',
    ],
    [
      'capabilities_restricted',
      (p, _, own) =>
        (p.spec.ephemeralContainers = [
          {
            name: 'debug',
            securityContext: { ...own, capabilities: undefined },
          },
        ]),
      'container debug keeps capabilities',
    ],
    [
      'runAsNonRoot',
      (p, _, own) =>
        (p.spec.initContainers = [
          { name: 'init', securityContext: { ...own, runAsNonRoot: false } },
        ]),
      'container init may run as root',
    ],
    [
      'runAsNonRoot',
      p => delete p.spec.securityContext.runAsNonRoot,
      'container proof may run as root',
    ],
    [
      'runAsUser',
      p => (p.spec.securityContext.runAsUser = 0),
      'pod runs as root',
    ],
    [
      'runAsUser',
      (_, __, own) => (own.runAsUser = 0),
      'container proof runs as root',
    ],
    [
      'seccompProfile_baseline',
      (_, __, own) => (own.seccompProfile = { type: 'Unconfined' }),
      'container proof has no seccomp profile',
    ],
    [
      'seccompProfile_restricted',
      p => delete p.spec.securityContext.seccompProfile,
      'container proof has no seccomp profile',
    ],
    [
      'appArmorProfile',
      p => (p.spec.securityContext.appArmorProfile = { type: 'Unconfined' }),
      'pod has no AppArmor profile',
    ],
    [
      'appArmorProfile',
      p => (p.metadata.annotations = { [APPARMOR]: 'unconfined' }),
      `sets ${APPARMOR}`,
    ],
    [
      'sysctls',
      p => (p.spec.securityContext.sysctls = [{ name: 'kernel.msgmax' }]),
      'sets kernel.msgmax',
    ],
    [
      'seLinuxOptions',
      p => (p.spec.securityContext.seLinuxOptions = { user: 'u' }),
      'pod has other SELinux options',
    ],
    [
      'seLinuxOptions',
      (_, __, own) => (own.seLinuxOptions = { type: 'spc_t' }),
      'container proof has other SELinux options',
    ],
    [
      'procMount',
      (_, __, own) => (own.procMount = 'Unmasked'),
      'container proof sees all of /proc',
    ],
    [
      'procMount_restricted',
      (p, _, own) => {
        p.spec.hostUsers = false;
        own.procMount = 'Unmasked';
      },
      'container proof sees all of /proc',
    ],
    [
      // What the container says of itself does not take it back.
      'windowsHostProcess',
      (p, _, own) => {
        p.spec.securityContext.windowsOptions = { hostProcess: true };
        own.windowsOptions = { gmsaCredentialSpecName: 'x' };
      },
      'pod is a process of the host',
    ],
  ];

  const changed = (change: Change): any => {
    const pod: any = structuredClone(proof);
    const [container] = pod.spec.containers;
    change(pod, container, container.securityContext);
    return pod;
  };

  it.each(REFUSED)('would refuse %s', (_, change, ...problems) => {
    expect(restrictedProblems(changed(change))).toEqual(problems);
  });

  it('is looked at check by check', () => {
    expect([...new Set(REFUSED.map(([check]) => check))].sort()).toEqual(
      `allowPrivilegeEscalation appArmorProfile capabilities_baseline
      capabilities_restricted hostNamespaces hostPathVolumes hostPorts
      hostProbesAndHostLifecycle privileged procMount procMount_restricted
      restrictedVolumes runAsNonRoot runAsUser seLinuxOptions
      seccompProfile_baseline seccompProfile_restricted sysctls
      windowsHostProcess`.split(/\s+/),
    );
  });

  it.each<[string, Change]>([
    [
      'a probe of the container itself',
      (_, c) => (c.livenessProbe = { httpGet: { port: 5678, host: '' } }),
    ],
    [
      'root in a user namespace of its own',
      (p, _, own) => {
        p.spec.hostUsers = false;
        own.runAsUser = 0;
        own.runAsNonRoot = false;
      },
    ],
    [
      'an image as a volume',
      p => p.spec.volumes.push({ name: 'v', image: { reference: 'x' } }),
    ],
    [
      'a kernel parameter of its own network',
      p =>
        (p.spec.securityContext.sysctls = [
          { name: 'net.ipv4.tcp_notsent_lowat' },
        ]),
    ],
    [
      'a profile of the runtime, the old way',
      p => (p.metadata.annotations = { [APPARMOR]: 'runtime/default' }),
    ],
    [
      'a pod of Windows, for what it has not',
      (p, _, own) => {
        p.spec.os = { name: 'windows' };
        p.spec.securityContext = { runAsNonRoot: true };
        delete own.capabilities;
        delete own.allowPrivilegeEscalation;
      },
    ],
  ])('has nothing against %s', (_, change) => {
    expect(restrictedProblems(changed(change))).toEqual([]);
  });

  it('is held against every pod of the namespace that has not ended', async () => {
    const root = { metadata: { name: 'root' }, spec: { hostPID: true } };
    const attempt = podsRestricted(side);
    expect((await run(attempt, [livePod()])).outcome).toBe('asExpected');
    expect((await run(attempt, [livePod(), root])).reason?.summary).toBe(
      'root: hostPID',
    );
    const ended = { ...root, status: { phase: 'Succeeded' } };
    expect((await run(attempt, [ended])).outcome).toBe('asExpected');
  });
});

describe('what is used of a quota', () => {
  const [attempt] = withinQuota(side);
  const [{ spec }] = plannedObjects(side.tenant.plan, 'ResourceQuota');
  const AGO = (ms: number) => new Date(Date.now() - ms).toISOString();
  const WRITTEN = { manager: 'kubectl', time: AGO(1_000) };
  const quota = (
    used?: Record<string, string>,
    enforced: object = {},
    metadata: object = { creationTimestamp: AGO(60_000) },
  ) => ({
    metadata: { name: 'tenant-quota', ...metadata },
    status: { used, hard: { ...(spec as any).hard, ...enforced } },
  });

  it.each<[string, object[], Outcome]>([
    [
      'all of it',
      [quota({ 'limits.memory': '2048Mi', pods: '10' })],
      'asExpected',
    ],
    ['more', [quota({ 'limits.memory': '2049Mi' })], 'breached'],
    [
      'more, though the live one allows it',
      [quota({ pods: '11' })],
      'breached',
    ],
    ['not counted yet', [quota()], 'asExpected'],
    ['less than it enforces', [quota({}, { pods: '11' })], 'breached'],
    [
      'nothing, of which it enforces none',
      [quota({}, { pods: undefined })],
      'breached',
    ],
    [
      'nothing, and it enforces nothing',
      [{ ...quota(), status: {} }],
      'breached',
    ],
    ...['1e6', '1E3', '1E', '1Ei', '20000000u', 'much'].map(
      (pods): [string, object[], Outcome] => [
        `less than it enforces, which is ${pods}`,
        [quota({}, { pods })],
        'breached',
      ],
    ),
    ['what it enforces as 1e1', [quota({}, { pods: '1e1' })], 'asExpected'],
    ['more, as 1e2', [quota({ pods: '1e2' })], 'breached'],
    [
      'nothing, as it was made just now',
      [{ ...quota({}, {}, { creationTimestamp: AGO(0) }), status: {} }],
      'inconclusive',
    ],
    [
      'less than it enforces, as it was lowered just now',
      [quota({}, { pods: '11' }, { managedFields: [WRITTEN] })],
      'inconclusive',
    ],
    [
      'less than it enforces, and its status alone was written just now',
      [
        quota(
          {},
          { pods: '11' },
          { managedFields: [{ ...WRITTEN, subresource: 'status' }] },
        ),
      ],
      'breached',
    ],
    [
      'more, and it was made just now',
      [quota({ pods: '11' }, {}, { creationTimestamp: AGO(0) })],
      'breached',
    ],
  ])('%s', async (_, items, outcome) => {
    expect((await run(attempt, items)).outcome).toBe(outcome);
  });
});
