import {
  KubernetesError,
  objectPath,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { AGNHOST } from './wallsLab';
import { NodeHands } from './wallsNodeHands';

const API_VERSIONS: Record<string, string> = {
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  SecretStore: 'external-secrets.io/v1',
  Deployment: 'apps/v1',
};
/** Name of what a mutation adds, so that leftovers can be found. */
const ADDED = 'walls-test';

/**
 * What mutations do to the lab, with an administrator's rights. What was added
 * or taken from others is put back by `mend`; what is of a tenant's plan, the
 * plan puts back.
 */
export class Hands extends NodeHands {
  remove = async (plan: TenantPlan, kind: string, name: string) =>
    this.lab.admin.delete(this.#ref(plan.names.namespace, kind, name));

  patch = async (plan: TenantPlan, kind: string, name: string, body: object) =>
    this.#merge(this.#ref(plan.names.namespace, kind, name), body);

  create = async (
    { names: { namespace } }: TenantPlan,
    apiVersion: string,
    kind: string,
    name: string,
    rest: object,
  ) => {
    this.later(() =>
      this.lab.admin.delete({ apiVersion, kind, namespace, name }),
    );
    await this.#post({
      apiVersion,
      kind,
      metadata: { namespace, name },
      ...rest,
    });
  };

  createClusterWide = async (
    apiVersion: string,
    kind: string,
    rest: object,
  ) => {
    this.later(() => this.lab.admin.delete({ apiVersion, kind, name: ADDED }));
    await this.#post({ apiVersion, kind, metadata: { name: ADDED }, ...rest });
  };

  /** Labels the namespace; null takes a label away. */
  label = async (
    { names: { namespace } }: TenantPlan,
    labels: Record<string, string | null>,
  ) => {
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    const gone = Object.fromEntries(
      Object.entries(labels)
        .filter(([, value]) => value !== null)
        .map(([key]) => [key, null]),
    );
    this.later(() => this.#merge(ref, { metadata: { labels: gone } }));
    await this.#merge(ref, { metadata: { labels } });
  };

  /** A pod of the tenant's own that takes all the memory there is. */
  useUpQuota = async (plan: TenantPlan) => {
    const container = (name: string, memory: string) => ({
      name,
      image: AGNHOST,
      imagePullPolicy: 'IfNotPresent',
      args: ['pause'],
      resources: {
        requests: { cpu: '10m', memory: '16Mi' },
        limits: { cpu: '50m', memory },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
    });
    await this.create(plan, 'v1', 'Pod', 'greedy', {
      spec: {
        terminationGracePeriodSeconds: 0,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [container('most', '1Gi'), container('rest', '950Mi')],
      },
    });
  };

  bindIn = async (namespace: string, role: string, subject: object) => {
    const name = `${ADDED}-${role}`;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    const { admin } = this.lab;
    this.later(() =>
      admin.request({ method: 'DELETE', path: `${path}/${name}` }),
    );
    await admin.expect({
      method: 'POST',
      path,
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: role,
        },
        subjects: [subject],
      },
    });
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
    this.profile = {
      ...this.profile,
      proofs: { ...proofs, connectTimeoutMs },
    };
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
    await this.lab.admin.expect({
      method: 'PATCH',
      path: objectPath(ref),
      contentType: 'application/merge-patch+json',
      body,
    });
  }

  async #post(object: any) {
    const response = await this.lab.admin.create<any>(object);
    if (response.status >= 300) {
      const request = { method: 'create', path: object.kind };
      throw KubernetesError.fromResponse(request, response);
    }
  }
}
