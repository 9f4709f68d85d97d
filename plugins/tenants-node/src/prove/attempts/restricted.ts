/** Kinds of volumes that PodSecurity `restricted` allows. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Kernel parameters that a pod may set under `baseline`, and so under `restricted`. */
const SYSCTLS =
  /^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_(keepalive_(time|intvl|probes)|fin_timeout|rmem|wmem)))$/;

const SECCOMP = ['RuntimeDefault', 'Localhost'];
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
 * may be older than the namespace's label, or have come while the label was off.
 * In the words of the Pod Security Standards.
 */
export function restrictedProblems(spec: any): string[] {
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
    ...containers.flatMap(container =>
      containerProblems(container, pod).map(
        problem => `container ${container.name} ${problem}`,
      ),
    ),
  ];
}

function containerProblems(
  { securityContext: own = {}, ports = [] }: any,
  pod: any,
): string[] {
  const problems: [boolean, string][] = [
    [own.privileged === true, 'is privileged'],
    [
      own.allowPrivilegeEscalation !== false,
      'may gain privileges that its parent has not',
    ],
    [!own.capabilities?.drop?.includes('ALL'), 'keeps capabilities'],
    [
      (own.capabilities?.add ?? []).some(
        (name: string) => name !== 'NET_BIND_SERVICE',
      ),
      'has more capabilities',
    ],
    [(own.runAsNonRoot ?? pod.runAsNonRoot) !== true, 'may run as root'],
    [(own.runAsUser ?? pod.runAsUser) === 0, 'runs as root'],
    [
      !SECCOMP.includes((own.seccompProfile ?? pod.seccompProfile)?.type),
      'has no seccomp profile',
    ],
    [
      !['RuntimeDefault', 'Localhost', undefined].includes(
        (own.appArmorProfile ?? pod.appArmorProfile)?.type,
      ),
      'has no AppArmor profile',
    ],
    [![undefined, 'Default'].includes(own.procMount), 'sees all of /proc'],
    [
      !isSelinuxFine(own.seLinuxOptions) || !isSelinuxFine(pod.seLinuxOptions),
      'has other SELinux options',
    ],
    [
      Boolean((own.windowsOptions ?? pod.windowsOptions)?.hostProcess),
      'is a process of the host',
    ],
    [ports.some(({ hostPort }: any) => hostPort), 'takes a port of the node'],
  ];
  return problems.flatMap(([isSo, problem]) => (isSo ? [problem] : []));
}

function isSelinuxFine(options: any = {}): boolean {
  return SELINUX_TYPES.includes(options.type) && !options.user && !options.role;
}
