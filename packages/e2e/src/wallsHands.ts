import { setTimeout as sleep } from 'node:timers/promises';
import {
  objectPath,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  create,
  IMAGES,
  merge,
  NewObject,
  remove,
  RESTRICTED,
} from './support/lab';
import { NodeHands } from './wallsNodeHands';

const API_VERSIONS: Record<string, string> = {
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  SecretStore: 'external-secrets.io/v1',
  ExternalSecret: 'external-secrets.io/v1',
  Deployment: 'apps/v1',
};
const RBAC = 'rbac.authorization.k8s.io/v1';
/** Name of what a mutation adds, so that leftovers can be found. */
const ADDED = 'walls-test';
/** Milliseconds after which memory asks anew which kinds are served: both when one comes and when it goes. */
const DISCOVERY_MS = 16_000;
/** The same for what rows that run side by side add to the cluster itself. */
const added = () => `${ADDED}-${Math.random().toString(36).slice(2, 8)}`;

/**
 * What mutations do to the lab, with an administrator's rights. What was added
 * or taken from others is put back by `mend`; what is of a tenant's plan, the
 * plan puts back.
 */
export class Hands extends NodeHands {
  /** Adds objects, one after the other. */
  add = async (...objects: NewObject[]) => {
    const { admin } = this.lab;
    for (const object of objects) {
      this.later(() => remove(admin, object));
      await create(admin, object);
    }
  };

  /** Changes an object as a merge patch says; mending writes it back as it was. */
  change = async (path: string, body: object) => {
    const { admin } = this.lab;
    const { status, ...before } = await admin.expect({ method: 'GET', path });
    this.later(async () => {
      const now = await admin.request({ method: 'GET', path });
      if (now.status === 200) {
        const { resourceVersion } = now.body.metadata;
        const { managedFields, ...metadata } = before.metadata;
        await admin.expect({
          method: 'PUT',
          path,
          body: { ...before, metadata: { ...metadata, resourceVersion } },
        });
      }
    });
    await merge(admin, path, body);
  };

  /** Gives a subject a right: in a namespace, or everywhere. */
  grant = async (
    subject: object,
    rule: { verbs: string[]; resources: string[]; [field: string]: unknown },
    namespace?: string,
  ) => {
    const name = added();
    await this.add({
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [''], ...rule }],
    });
    await this.#bind(name, name, subject, namespace);
  };

  bindIn = async (namespace: string, role: string, subject: object) =>
    this.#bind(`${ADDED}-${role}`, role, subject, namespace);

  /** n8n's pods as they are. */
  podsOf = async ({ names: { namespace } }: TenantPlan): Promise<any[]> => {
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
    const labelSelector = 'app.kubernetes.io/name=n8n';
    return (await this.lab.admin.list<any>(pods, { labelSelector })).items;
  };

  /** Changes metadata of n8n's pod. */
  changePod = async (plan: TenantPlan, metadata: object) => {
    const [pod] = await this.podsOf(plan);
    const { namespace, name } = pod.metadata;
    await this.change(`/api/v1/namespaces/${namespace}/pods/${name}`, {
      metadata,
    });
  };

  /** Waits until a quota is counted, and its use is so. */
  quotaUsed = async (
    { names: { namespace } }: TenantPlan,
    name: string,
    isSo: (used: Record<string, string>) => boolean,
  ) =>
    this.until(async () => {
      const ref = this.#ref(namespace, 'ResourceQuota', name);
      const { status } = (await this.lab.admin.get<any>(ref))!;
      return status?.used !== undefined && isSo(status.used);
    }, 'the quota to be counted');

  /** Waits until n8n's newest pods are all there is, and Ready. */
  ready = async (plan: TenantPlan) => {
    const path = `/apis/apps/v1/namespaces/${plan.names.namespace}/deployments/n8n`;
    await this.until(async () => {
      const live = await this.lab.admin.expect({ method: 'GET', path });
      const { observedGeneration, updatedReplicas, readyReplicas, replicas } =
        live.status;
      return (
        observedGeneration === live.metadata.generation &&
        [updatedReplicas, readyReplicas, replicas].every(n => n === 1)
      );
    }, "n8n's pod to be Ready");
    await this.until(async () => {
      const pods = await this.podsOf(plan);
      return !pods.some(pod => pod.metadata.deletionTimestamp);
    }, 'the pod before to be gone');
  };

  /** Adds a container to n8n's pod, as `kubectl debug` does; mending makes another pod. */
  debug = async (plan: TenantPlan) => {
    const [pod] = await this.podsOf(plan);
    const path = `/api/v1/namespaces/${plan.names.namespace}/pods/${pod.metadata.name}`;
    this.later(async () => {
      await this.lab.admin.request({
        method: 'DELETE',
        path,
        query: { gracePeriodSeconds: 0 },
      });
      await this.ready(plan);
    });
    const [{ securityContext }] = pod.spec.containers;
    await this.lab.admin.expect({
      method: 'PATCH',
      path: `${path}/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: {
        spec: {
          ephemeralContainers: [
            {
              name: 'debug',
              image: IMAGES.agnhost,
              args: ['pause'],
              securityContext,
            },
          ],
        },
      },
    });
  };

  /** Puts an object of the plan back as it was, while the rest stays broken. */
  restore = async (plan: TenantPlan, id: string) => {
    const resource = plan.stages
      .flatMap(stage => stage.resources)
      .find(r => r.id === id);
    if (resource?.type === 'kubernetes') {
      await this.lab.admin.apply(resource.object, { force: true });
    }
  };

  /** A policy of Calico's, on a cluster that has no Calico. */
  addCalico = async () => {
    const group = 'crd.projectcalico.org';
    const plural = 'globalnetworkpolicies';
    this.later(() => sleep(DISCOVERY_MS));
    await this.add({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: {
          plural,
          singular: 'globalnetworkpolicy',
          kind: 'GlobalNetworkPolicy',
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
              },
            },
          },
        ],
      },
    });
    await this.until(async () => {
      const { status } = await this.lab.admin.request({
        method: 'GET',
        path: `/apis/${group}/v1/${plural}`,
      });
      return status === 200;
    }, "Calico's kind to be served");
    await this.add({
      apiVersion: `${group}/v1`,
      kind: 'GlobalNetworkPolicy',
      metadata: { name: ADDED },
      spec: { selector: 'all()', types: ['Egress'], egress: [] },
    });
    await sleep(DISCOVERY_MS);
  };

  /** Waits until something is so. */
  waitFor = async (met: () => Promise<boolean>, what: string) =>
    this.until(met, what);

  remove = async (plan: TenantPlan, kind: string, name: string) =>
    this.lab.admin.delete(this.#ref(plan.names.namespace, kind, name));

  patch = async (plan: TenantPlan, kind: string, name: string, body: object) =>
    this.#merge(this.#ref(plan.names.namespace, kind, name), body);

  create = async (
    { names: { namespace } }: TenantPlan,
    kind: string,
    name: string,
    spec: object,
  ) =>
    this.add({
      apiVersion: API_VERSIONS[kind] ?? 'v1',
      kind,
      metadata: { namespace, name },
      spec,
    });

  /** Adds a policy of Cilium's for the cluster, which selects the tenant's pods. */
  createClusterWide = async (
    { names: { namespace } }: TenantPlan,
    rules: object,
  ) =>
    this.add({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumClusterwideNetworkPolicy',
      metadata: { name: added() },
      spec: {
        endpointSelector: {
          matchLabels: { 'k8s:io.kubernetes.pod.namespace': namespace },
        },
        ...rules,
      },
    });

  /** Labels the namespace; null takes a label away. */
  label = async (
    { names: { namespace } }: TenantPlan,
    labels: Record<string, string | null>,
  ) => this.change(`/api/v1/namespaces/${namespace}`, { metadata: { labels } });

  /** A pod of the tenant's own that takes all the memory there is. */
  useUpQuota = async (plan: TenantPlan, most = '1Gi', rest = '950Mi') => {
    const container = (name: string, memory: string) => ({
      name,
      image: IMAGES.agnhost,
      imagePullPolicy: 'IfNotPresent',
      args: ['pause'],
      resources: {
        requests: { cpu: '10m', memory: '16Mi' },
        limits: { cpu: '50m', memory },
      },
      securityContext: RESTRICTED.container,
    });
    const spec = {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED.pod,
      containers: [container('most', most), container('rest', rest)],
    };
    // Admission knows of a quota that was changed a moment later.
    await this.waitFor(async () => {
      try {
        await this.create(plan, 'Pod', 'greedy', spec);
        return true;
      } catch (error) {
        if (/exceeded quota/.test((error as Error).message)) {
          return false;
        }
        throw error;
      }
    }, 'the pod to be let in');
  };

  withImage = async (image: string) => {
    const { proofs } = this.profile;
    this.profile = { ...this.profile, proofs: { ...proofs, image } };
  };

  /** Scales a Deployment and waits until that is so. */
  scale = async (namespace: string, name: string, replicas: number) => {
    const ref = this.#ref(namespace, 'Deployment', name);
    const set = async (count: number) => {
      await this.#merge(ref, { spec: { replicas: count } });
      await this.until(async () => {
        const live = await this.lab.admin.get<any>(ref);
        const { replicas: all = 0, readyReplicas: ready = 0 } = live!.status;
        return all === count && ready === count;
      }, `${name} to have ${count} pods`);
    };
    this.later(() => set(1));
    await set(replicas);
    if (replicas === 0) {
      // The Deployment counts a pod out as soon as it is told to go.
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
      await this.until(async () => {
        const { items } = await this.lab.admin.list(pods);
        return !items.some(pod => pod.metadata.name.startsWith(`${name}-`));
      }, `${name}'s pods to be gone`);
    }
  };

  /** Kills the next proof pod of a namespace as soon as it runs; it has ample work. */
  killProofPod = async (namespace: string) => {
    const { proofs } = this.profile;
    const connectTimeoutMs = 3 * proofs.connectTimeoutMs;
    this.profile = { ...this.profile, proofs: { ...proofs, connectTimeoutMs } };
    const done = new AbortController();
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
    const kill = async () => {
      const events = this.lab.admin.watch<any>(pods, {
        labelSelector: 'threewalls.io/proof',
        signal: done.signal,
      });
      for await (const { type, object } of events) {
        if (type === 'MODIFIED' && object.status?.phase === 'Running') {
          await this.lab.admin.delete(
            { ...pods, name: object.metadata.name },
            { gracePeriodSeconds: 0 },
          );
          return;
        }
      }
    };
    const killed = kill().catch(() => {});
    this.later(() => {
      done.abort();
      return killed;
    });
  };

  #ref(namespace: string, kind: string, name: string) {
    return { apiVersion: API_VERSIONS[kind] ?? 'v1', kind, namespace, name };
  }

  async #merge(ref: Parameters<typeof objectPath>[0], body: object) {
    await merge(this.lab.admin, objectPath(ref), body);
  }

  async #bind(name: string, role: string, subject: object, namespace?: string) {
    const apiGroup = 'rbac.authorization.k8s.io';
    await this.add({
      apiVersion: RBAC,
      kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup, kind: 'ClusterRole', name: role },
      subjects: [subject],
    });
  }
}
