const PROFILES = ['RuntimeDefault', 'Localhost'];
/** Of AppArmor, from when it was an annotation: the API server takes it still. */
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** Kinds of volumes that PodSecurity `restricted` allows. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Kernel parameters that a pod may set under `baseline`, and so under `restricted`. */
const SYSCTLS =
  /^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_(keepalive_(time|intvl|probes)|fin_timeout|rmem|wmem|slow_start_after_idle|notsent_lowat)))$/;

const SELINUX_TYPES = [
  undefined,
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
];

/**
 * What PodSecurity `restricted` (latest) would refuse of a pod that is there: it
 * may be older than the namespace's label or than a rule, or have come while the
 * label was off. In the words of the Pod Security Standards; a test holds it to
 * every check of k8s.io/pod-security-admission by its name.
 */
export function restrictedProblems({ metadata, spec }: any): string[] {
  const pod = spec.securityContext ?? {};
  const containers: any[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(field => spec[field]),
    ...(spec.volumes ?? []).flatMap((volume: any) =>
      Object.keys(volume)
        .filter(kind => kind !== 'name' && !VOLUMES.includes(kind))
        .map(kind => `volume ${volume.name} is a ${kind}`),
    ),
    ...(pod.sysctls ?? [])
      .filter(({ name }: any) => !SYSCTLS.test(name))
      .map(({ name }: any) => `sets ${name}`),
    ...Object.entries<string>(metadata?.annotations ?? {})
      .filter(([key, profile]) => key.startsWith(APPARMOR) && profile !== '')
      .filter(
        ([, profile]) => !/^(runtime\/default$|localhost\/)/.test(profile),
      )
      .map(([key]) => `sets ${key}`),
    ...told(contextProblems(pod, spec)).map(problem => `pod ${problem}`),
    ...containers.flatMap(container =>
      told([
        ...contextProblems(container.securityContext, spec),
        ...containerProblems(container, spec),
      ]).map(problem => `container ${container.name} ${problem}`),
    ),
  ];
}

type Problem = [isSo: boolean, problem: string];

/** What neither a pod nor one of its containers may say, whatever the other does. */
function contextProblems(own: any = {}, spec: any): Problem[] {
  const { seccompProfile, appArmorProfile, seLinuxOptions: options = {} } = own;
  const other = (profile?: any) => profile && !PROFILES.includes(profile.type);
  return [
    [own.runAsNonRoot === false && !hasOwnUsers(spec), 'may run as root'],
    [own.runAsUser === 0 && !hasOwnUsers(spec), 'runs as root'],
    [other(seccompProfile), 'has no seccomp profile'],
    [other(appArmorProfile), 'has no AppArmor profile'],
    [
      !SELINUX_TYPES.includes(options.type) || options.user || options.role,
      'has other SELinux options',
    ],
    [own.windowsOptions?.hostProcess, 'is a process of the host'],
  ];
}

function containerProblems(container: any, spec: any): Problem[] {
  const { securityContext: own = {}, ports = [] } = container;
  const pod = spec.securityContext ?? {};
  const isWindows = spec.os?.name === 'windows';
  return [
    [own.privileged === true, 'is privileged'],
    [
      own.allowPrivilegeEscalation !== false && !isWindows,
      'may gain privileges that its parent has not',
    ],
    [
      !own.capabilities?.drop?.includes('ALL') && !isWindows,
      'keeps capabilities',
    ],
    [
      own.capabilities?.add?.some((c: string) => c !== 'NET_BIND_SERVICE') &&
        !isWindows,
      'has more capabilities',
    ],
    [
      (own.runAsNonRoot ?? pod.runAsNonRoot) === undefined &&
        !hasOwnUsers(spec),
      'may run as root',
    ],
    [
      !own.seccompProfile && !pod.seccompProfile && !isWindows,
      'has no seccomp profile',
    ],
    [![undefined, 'Default'].includes(own.procMount), 'sees all of /proc'],
    [ports.some(({ hostPort }: any) => hostPort), 'takes a port of the node'],
    ...hostsOf(container).map(
      (host): Problem => [
        true,
        // It asks from the node, which policies let in.
        `has the kubelet ask ${host}`,
      ],
    ),
  ];
}

/** Whom else than the container itself the kubelet asks for it: since 1.34. */
function hostsOf({ lifecycle = {}, ...container }: any): string[] {
  return [
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
    lifecycle.postStart,
    lifecycle.preStop,
  ].flatMap(handler =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter(Boolean),
  );
}

/** Root in its own user namespace is nobody on the node: allowed since 1.35. */
function hasOwnUsers({ hostUsers }: any): boolean {
  return hostUsers === false;
}

function told(problems: Problem[]): string[] {
  return problems.flatMap(([isSo, problem]) => (isSo ? [problem] : []));
}
