import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { until } from '../src/support/until';
import { Breach } from '../src/wallsDetection';
import {
  GATEKEEPER_CONSTRAINT,
  GATEKEEPER_POD,
  GATEKEEPER_SYNC,
  GATEKEEPER_TEMPLATE,
  gatekeeperWebhook,
  kyvernoPolicies,
} from './peersPolicies';
import { PeerPrograms } from './peersPrograms';

/** A tenant, and what is done to it. */
export interface MutatedTenant {
  plan: TenantPlan;
  breach: Breach;
}

/** Someone who watches, or refuses. */
export interface Column {
  /** What has been found wrong so far, as text, by what shows it */
  looks: Record<string, () => Promise<string>>;
  /** What that says of a breached tenant; default its namespace */
  sign?(tenant: MutatedTenant): string;
  /** Seconds after the last mutation until what is not seen is given up */
  patience: number;
  /** Begins to watch; what it returns ends that */
  begin(tenants: MutatedTenant[]): Promise<() => Promise<unknown>>;
  /** Whether it makes the tenants */
  makes?: boolean;
}

export function gatekeeperColumns(programs: PeerPrograms): Column[] {
  const { folder } = programs;
  const status = async () => {
    const group = '/apis/constraints.gatekeeper.sh/v1beta1';
    const [constraint] = await programs.list(`${group}/tenantwalls`);
    return JSON.stringify(constraint?.status ?? {});
  };
  const begin = async (operation: string, ...args: string[]) => {
    await programs.apply([GATEKEEPER_POD]);
    programs.start(
      'gatekeeper',
      'gatekeeper',
      [
        ...[`--operation=${operation}`, '--operation=status'],
        ...['--operation=generate', '--disable-cert-rotation'],
        ...[`--cert-dir=${folder}`, `--api-cache-dir=${folder}/audit`],
        ...['--health-addr=127.0.0.1:19090', '--prometheus-port=18888'],
        // It lists 20 as it comes.
        '--constraint-violations-limit=500',
        ...args,
      ],
      { POD_NAME: 'gatekeeper', POD_NAMESPACE: 'gatekeeper-system' },
    );
    const objects = [GATEKEEPER_SYNC, GATEKEEPER_TEMPLATE];
    await programs.apply(objects);
    // Its kind is there once the template is compiled.
    await programs.apply([GATEKEEPER_CONSTRAINT]);
    return async () => {
      await programs.remove([GATEKEEPER_CONSTRAINT, ...objects]);
      programs.stop();
    };
  };
  const audit = (seconds: number): Column => ({
    looks: { [`Gatekeeper, audit each ${seconds} s`]: status },
    patience: seconds + 20,
    begin: async () => {
      const end = await begin('audit', `--audit-interval=${seconds}`);
      await until(async () => (await status()).includes('auditTimestamp'), 180);
      return end;
    },
  });
  return [
    audit(60),
    audit(10),
    {
      looks: { 'Gatekeeper, webhook': async () => '' },
      patience: 10,
      begin: async tenants => {
        const end = await begin('webhook', '--host=127.0.0.1', '--port=18443');
        const webhook = gatekeeperWebhook(18443, programs.certificate());
        await programs.apply([webhook]);
        await untilRefused(programs, tenants[0]);
        return async () => {
          await programs.remove([webhook]);
          await end();
        };
      },
    },
  ];
}

export function kyvernoColumns(programs: PeerPrograms): Column[] {
  const list = async () => {
    const group = '/apis/wgpolicyk8s.io/v1alpha2';
    const kinds = ['policyreports', 'clusterpolicyreports'];
    const lists = kinds.map(kind => programs.list(`${group}/${kind}`));
    return (await Promise.all(lists)).flat();
  };
  const reports = async () =>
    (await list())
      .filter(({ summary }) => summary?.fail > 0)
      .map(({ scope }) => JSON.stringify(scope))
      .join('\n');
  const events = async () =>
    (await programs.list('/api/v1/events'))
      .filter(({ reason }) => reason === 'PolicyViolation')
      .map(({ message }) => message)
      .join('\n');
  const begin = async (action: string, interval: string) => {
    const start = (program: string, ...args: string[]) => {
      const kubeconfig = `--kubeconfig=${programs.kubeconfig}`;
      const all = [kubeconfig, '--metricsHost=127.0.0.1', ...args];
      programs.start('kyverno', program, all, {
        // As its chart has it.
        KYVERNO_NAMESPACE: 'kyverno',
        KYVERNO_POD_NAME: 'kyverno',
        KYVERNO_DEPLOYMENT: 'kyverno',
        KYVERNO_SERVICEACCOUNT_NAME: 'kyverno',
        KYVERNO_SVC: 'kyverno-svc',
        INIT_CONFIG: 'kyverno',
        METRICS_CONFIG: 'kyverno-metrics',
      });
    };
    start(
      'kyverno',
      ...['--serverIP=127.0.0.1:19443', '--webhookServerHost=127.0.0.1'],
      ...['--webhookServerPort=19443', '--caSecretName=kyverno-ca'],
      ...['--tlsSecretName=kyverno-tls', '--metricsPort=18000'],
      ...['--controllerRuntimeMetricsAddress=0'],
      '--omitEvents=PolicyApplied,PolicySkipped',
    );
    start(
      'reports-controller',
      ...['--metricsPort=18001', `--backgroundScanInterval=${interval}`],
      '--omitEvents=PolicyApplied,PolicySkipped',
    );
    const policies = kyvernoPolicies(action);
    await programs.apply(policies);
    return async () => {
      await programs.remove(policies);
      programs.stop();
      const configurations = 'validatingwebhookconfigurations';
      const own = ['-l', 'webhook.kyverno.io/managed-by=kyverno'];
      await programs.kubectl(['delete', configurations, ...own]);
    };
  };
  const audit = (
    interval: string,
    patience: number,
    looks: Column['looks'],
  ): Column => ({
    looks,
    patience,
    begin: async tenants => {
      const end = await begin('Audit', interval);
      await until(async () => {
        const text = JSON.stringify(await list());
        return tenants.every(t => text.includes(t.plan.names.namespace));
      }, 180);
      return end;
    },
  });
  return [
    audit('1h', 60, {
      'Kyverno, events': events,
      'Kyverno, reports': reports,
    }),
    audit('1m', 100, { 'Kyverno, reports, scan each minute': reports }),
    {
      looks: { 'Kyverno, enforcing': async () => '' },
      patience: 10,
      begin: async tenants => {
        const end = await begin('Deny', '1h');
        await untilRefused(programs, tenants[0]);
        return end;
      },
    },
  ];
}

/** Waits until a tenant's policy can't be deleted any more. */
export async function untilRefused(
  programs: PeerPrograms,
  { plan }: MutatedTenant,
): Promise<void> {
  const policy = ['networkpolicy', 'tenant-isolation'];
  const where = ['-n', plan.names.namespace, '--dry-run=server'];
  await until(
    () =>
      programs.kubectl(['delete', ...policy, ...where]).then(
        () => false,
        () => true,
      ),
    180,
  );
}
