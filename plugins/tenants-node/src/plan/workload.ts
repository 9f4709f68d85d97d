import { PlanContext } from './context';
import { stage, tenantObject, waitFor } from './objects';
import { planPod } from './pods';
import { KubernetesResource, PlannedStage, SeedField } from './types';

/**
 * What runs in a tenant's namespace: n8n, or the canary's bait. Everything else of
 * a plan asks here for names, ports, and what its pods are selected by.
 */
export interface Workload {
  /** Of its Deployment, Service and container, and of its Secret where it has one */
  name: string;
  /** Of its Service and container */
  port: number;
  /** Labels of its pods, and of no others */
  selector: Record<string, string>;
  /** Fields of its entry in Vault, and of its Secret */
  seed: SeedField[];
  /** Milliseconds until it is available, at most */
  startupMs(context: PlanContext): number;
  /** What is its own of the pod and of its one container */
  pod(context: PlanContext): {
    spec?: Record<string, unknown>;
    container: Record<string, unknown>;
  };
  /** Objects beside its Deployment and Service: those it needs, those that lead to it */
  before?(context: PlanContext): KubernetesResource[];
  after?(context: PlanContext): KubernetesResource[];
}

/** The stage in which a workload comes up, and what is waited for. */
export function planWorkload(context: PlanContext): PlannedStage {
  const { workload } = context;
  const deployment = planDeployment(context);
  return stage(
    'workload',
    [
      ...(workload.before?.(context) ?? []),
      deployment,
      planService(context),
      ...(workload.after?.(context) ?? []),
    ],
    [
      waitFor(deployment, 'to be available', {
        condition: 'Available',
        pods: workload.selector,
        timeoutMs: workload.startupMs(context),
      }),
    ],
  );
}

function planDeployment(context: PlanContext): KubernetesResource {
  const { workload, names, spec, cluster } = context;
  const { name, port, selector } = workload;
  const pod = workload.pod(context);
  // A workload may have a selector of its own, which has this one in it.
  const { nodeSelector, ...common } = planPod(cluster);
  return tenantObject(context, 'resource', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: selector },
      // The smallest quota holds one n8n, not two during a rolling update; and
      // two would share one SQLite file.
      strategy: { type: 'Recreate' },
      template: {
        metadata: {
          labels: { ...selector, 'threewalls.io/tenant': spec.name },
        },
        spec: {
          ...(nodeSelector && { nodeSelector }),
          ...pod.spec,
          serviceAccountName: names.workloadServiceAccount,
          automountServiceAccountToken: false,
          // A Service named n8n would set N8N_PORT=tcp://… otherwise.
          enableServiceLinks: false,
          ...common,
          containers: [
            {
              name,
              imagePullPolicy: cluster.n8n.imagePullPolicy,
              ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
              },
              ...pod.container,
            },
          ],
        },
      },
    },
  });
}

function planService(context: PlanContext): KubernetesResource {
  const { name, port, selector } = context.workload;
  return tenantObject(context, 'network', {
    apiVersion: 'v1',
    kind: 'Service',
    name,
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP' }],
    },
  });
}
