import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubernetesObject,
  objectPath,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  bindingOf,
  create,
  IMAGES,
  merge,
  objectOf,
  refOf,
  remove,
  RESTRICTED,
} from './support/lab';
import { resourcesOf } from './support/plans';
import { WallsLab } from './wallsLab';
import { NodeHands } from './wallsNodeHands';

/** Name of what a mutation adds, so that leftovers can be found. */
const ADDED = 'walls-test';
/** Milliseconds after which memory asks anew which kinds are served: both when one comes and when it goes. */
const DISCOVERY_MS = 16_000;
/** The same for what rows that run side by side add to the cluster itself. */
const added = () => `${ADDED}-${Math.random().toString(36).slice(2, 8)}`;

/** Kinds of objects that rows add outside the tenants' plans, bindings before their roles. */
const BESIDE = [
  'ClusterRoleBinding',
  'RoleBinding',
  'ClusterRole',
  'CiliumClusterwideNetworkPolicy',
  'Node',
];

/** Removes what a run that was killed has left: it would turn the walls of the next. */
export async function removeLeftovers({ admin }: WallsLab): Promise<void> {
  for (const kind of BESIDE) {
    const { items } = await admin.list(refOf(kind));
    for (const { metadata } of items) {
      if (metadata.name.startsWith(ADDED)) {
        await remove(admin, objectOf(kind, metadata));
      }
    }
  }
}

/**
 * What mutations do to the lab, with an administrator's rights. What was added
 * or taken from others is put back by `mend`; what is of a tenant's plan, the
 * plan puts back.
 */
export class Hands extends NodeHands {
  /** Adds objects, one after the other. */
  add = async (...objects: KubernetesObject[]) => {
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

  /** The same of an object in a tenant's namespace. */
  edit = async (plan: TenantPlan, kind: string, name: string, body: object) =>
    this.change(objectPath(refOf(kind, name, plan.names.namespace)), body);

  /** Gives a subject a right: in a namespace, or everywhere. */
  grant = async (
    subject: object,
    rule: { verbs: string[]; resources: string[]; [field: string]: unknown },
    namespace?: string,
  ) => {
    const name = added();
    const rules = [{ apiGroups: [''], ...rule }];
    await this.add(
      objectOf('ClusterRole', { name }, { rules }),
      bindingOf(name, name, subject, namespace),
    );
  };

  bindIn = async (namespace: string, role: string, subject: object) =>
    this.add(bindingOf(`${ADDED}-${role}`, role, subject, namespace));

  /** Takes the portal's right to look at a kind of the cluster's own. */
  hideFromPortal = async (resource: string) => {
    const path = objectPath(refOf('ClusterRole', 'threewalls-portal'));
    const { rules } = await this.lab.admin.expect({ method: 'GET', path });
    await this.change(path, {
      rules: rules.filter((rule: any) => !rule.resources.includes(resource)),
    });
  };

  /** n8n's pods as they are. */
  podsOf = async ({ names: { namespace } }: TenantPlan): Promise<any[]> => {
    const pods = refOf('Pod', undefined, namespace);
    const labelSelector = 'app.kubernetes.io/name=n8n';
    return (await this.lab.admin.list<any>(pods, { labelSelector })).items;
  };

  /** Changes metadata of n8n's pod. */
  changePod = async (plan: TenantPlan, metadata: object) => {
    const [pod] = await this.podsOf(plan);
    await this.edit(plan, 'Pod', pod.metadata.name, { metadata });
  };

  /** Waits until a quota is counted, and its use is so. */
  quotaUsed = async (
    { names: { namespace } }: TenantPlan,
    name: string,
    isSo: (used: Record<string, string>) => boolean,
  ) =>
    this.waitFor(async () => {
      const ref = refOf('ResourceQuota', name, namespace);
      const { status } = (await this.lab.admin.get<any>(ref))!;
      return status?.used !== undefined && isSo(status.used);
    }, 'the quota to be counted');

  /** Waits until n8n's newest pods are all there is, and Ready. */
  ready = async (plan: TenantPlan) => {
    const ref = refOf('Deployment', 'n8n', plan.names.namespace);
    await this.waitFor(async () => {
      const { metadata, status } = (await this.lab.admin.get<any>(ref))!;
      const { observedGeneration, updatedReplicas, readyReplicas, replicas } =
        status;
      return (
        observedGeneration === metadata.generation &&
        [updatedReplicas, readyReplicas, replicas].every(n => n === 1)
      );
    }, "n8n's pod to be Ready");
    await this.waitFor(async () => {
      const pods = await this.podsOf(plan);
      return !pods.some(pod => pod.metadata.deletionTimestamp);
    }, 'the pod before to be gone');
  };

  /** Adds a container to n8n's pod, as `kubectl debug` does; mending makes another pod. */
  debug = async (plan: TenantPlan) => {
    const [pod] = await this.podsOf(plan);
    const { name, namespace } = pod.metadata;
    const path = objectPath(refOf('Pod', name, namespace));
    const query = { gracePeriodSeconds: 0 };
    this.later(async () => {
      await this.lab.admin.request({ method: 'DELETE', path, query });
      await this.ready(plan);
    });
    const [{ securityContext }] = pod.spec.containers;
    const container = { name: 'debug', image: IMAGES.agnhost, args: ['pause'] };
    await this.lab.admin.expect({
      method: 'PATCH',
      path: `${path}/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: {
        spec: { ephemeralContainers: [{ ...container, securityContext }] },
      },
    });
  };

  /** Puts an object of the plan back as it was, while the rest stays broken. */
  restore = async (plan: TenantPlan, id: string) => {
    const resource = resourcesOf(plan).find(r => r.id === id);
    if (resource?.type === 'kubernetes') {
      await this.lab.admin.apply(resource.object, { force: true });
    }
  };

  /** A policy of Calico's, on a cluster that has no Calico. */
  addCalico = async () => {
    const group = 'crd.projectcalico.org';
    const plural = 'globalnetworkpolicies';
    this.later(() => sleep(DISCOVERY_MS));
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
      },
    };
    const metadata = { name: `${plural}.${group}` };
    const spec = {
      group,
      scope: 'Cluster',
      names: {
        plural,
        singular: 'globalnetworkpolicy',
        kind: 'GlobalNetworkPolicy',
      },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    };
    await this.add(objectOf('CustomResourceDefinition', metadata, { spec }));
    await this.waitFor(async () => {
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

  remove = async (plan: TenantPlan, kind: string, name: string) =>
    this.lab.admin.delete(refOf(kind, name, plan.names.namespace));

  patch = async (plan: TenantPlan, kind: string, name: string, body: object) =>
    this.#merge(refOf(kind, name, plan.names.namespace), body);

  create = async (
    { names: { namespace } }: TenantPlan,
    kind: string,
    name: string,
    spec: object,
  ) => this.add(objectOf(kind, { namespace, name }, { spec }));

  /** Adds a policy of Cilium's for the cluster, which selects the tenant's pods. */
  createClusterWide = async (
    { names: { namespace } }: TenantPlan,
    rules: object,
  ) => {
    const matchLabels = { 'k8s:io.kubernetes.pod.namespace': namespace };
    const spec = { endpointSelector: { matchLabels }, ...rules };
    const kind = 'CiliumClusterwideNetworkPolicy';
    await this.add(objectOf(kind, { name: added() }, { spec }));
  };

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

  /** Scales a Deployment and waits until that is so. */
  scale = async (namespace: string, name: string, replicas: number) => {
    const ref = refOf('Deployment', name, namespace);
    const set = async (count: number) => {
      await this.#merge(ref, { spec: { replicas: count } });
      await this.waitFor(async () => {
        const live = await this.lab.admin.get<any>(ref);
        const { replicas: all = 0, readyReplicas: ready = 0 } = live!.status;
        return all === count && ready === count;
      }, `${name} to have ${count} pods`);
    };
    this.later(() => set(1));
    await set(replicas);
    if (replicas === 0) {
      // The Deployment counts a pod out as soon as it is told to go.
      const pods = refOf('Pod', undefined, namespace);
      await this.waitFor(async () => {
        const { items } = await this.lab.admin.list(pods);
        return !items.some(pod => pod.metadata.name.startsWith(`${name}-`));
      }, `${name}'s pods to be gone`);
    }
  };

  /** Kills the next proof pod of a namespace as soon as it runs; it has ample work. */
  killProofPod = async (namespace: string) => {
    const { connectTimeoutMs } = this.profile.proofs;
    this.tell('proofs', { connectTimeoutMs: 3 * connectTimeoutMs });
    const done = new AbortController();
    const pods = refOf('Pod', undefined, namespace);
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

  async #merge(ref: Parameters<typeof objectPath>[0], body: object) {
    await merge(this.lab.admin, objectPath(ref), body);
  }
}
