import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubernetesError,
  objectPath,
  Platform,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { WallsLab } from './wallsLab';

const API_VERSIONS: Record<string, string> = {
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  SecretStore: 'external-secrets.io/v1',
  Deployment: 'apps/v1',
};
const VAULT_SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  namespace: 'sys-vault',
  name: 'sys-vault',
};
/** Name of what a mutation adds, so that leftovers can be found. */
const ADDED = 'walls-test';

/**
 * What mutations do to the lab, with an administrator's rights. What was added
 * or taken from others is put back by {@link Hands.mend}; what is of a tenant's
 * plan, the plan puts back.
 */
export class Hands {
  readonly #undo: (() => Promise<unknown>)[] = [];
  /** The platform as the proof is told it is */
  platform: Platform;
  /** Plans as the proof is told they are */
  readonly told = new Map<string, TenantPlan>();

  constructor(readonly lab: WallsLab) {
    this.platform = lab.platform;
  }

  /** Undoes, the last first. */
  async mend(): Promise<void> {
    this.platform = this.lab.platform;
    this.told.clear();
    for (const undo of this.#undo.splice(0).reverse()) {
      await undo();
    }
  }

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
    this.#later(() =>
      this.lab.admin.delete({ apiVersion, kind, namespace, name }),
    );
    await this.#post({ apiVersion, kind, metadata: { namespace, name }, ...rest });
  };

  createClusterWide = async (
    apiVersion: string,
    kind: string,
    rest: object,
  ) => {
    this.#later(() => this.lab.admin.delete({ apiVersion, kind, name: ADDED }));
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
    this.#later(() => this.#merge(ref, { metadata: { labels: gone } }));
    await this.#merge(ref, { metadata: { labels } });
  };

  bindIn = async (namespace: string, role: string, subject: object) => {
    const name = `${ADDED}-${role}`;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    const { admin } = this.lab;
    this.#later(() =>
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

  /** Adds rules to the tenant's Vault policy. */
  policy = async ({ names: { vaultPolicy } }: TenantPlan, rules: string) => {
    const path = `sys/policies/acl/${vaultPolicy}`;
    const { policy } = await this.lab.vaultAdmin.read(path);
    await this.lab.vaultAdmin.write(path, { policy: `${policy}\n${rules}` });
  };

  /** Changes fields of the tenant's Vault role. */
  role = async ({ names: { vaultRole } }: TenantPlan, fields: object) => {
    const path = `auth/kubernetes/role/${vaultRole}`;
    const live = await this.lab.vaultAdmin.read(path);
    await this.lab.vaultAdmin.write(path, { ...live, ...fields });
  };

  /** Changes the role in Vault and in what the proof takes for the plan. */
  planRole = async (plan: TenantPlan, fields: object) => {
    await this.role(plan, fields);
    this.told.set(plan.spec.name, {
      ...plan,
      stages: plan.stages.map(stage => ({
        ...stage,
        resources: stage.resources.map(resource =>
          resource.type === 'vault' && resource.path.includes('/role/')
            ? { ...resource, body: { ...resource.body, ...fields } }
            : resource,
        ),
      })),
    });
  };

  withImage = async (image: string) => {
    const { proofs } = this.platform;
    this.platform = { ...this.platform, proofs: { ...proofs, image } };
  };

  /** Deletes the newest version of the tenant's KV entry, so that it can be brought back. */
  hideEntry = async ({ names: { kvPath } }: TenantPlan) => {
    const { vaultAdmin } = this.lab;
    const { current_version: version } = await vaultAdmin.read(
      `secret/metadata/${kvPath}`,
    );
    const versions = { versions: [version] };
    this.#later(() => vaultAdmin.write(`secret/undelete/${kvPath}`, versions));
    await vaultAdmin.delete(`secret/data/${kvPath}`);
  };

  /** Scales a Deployment and waits until that is so. */
  scale = async (namespace: string, name: string, replicas: number) => {
    const ref = this.#ref(namespace, 'Deployment', name);
    const set = async (count: number) => {
      await this.#merge(ref, { spec: { replicas: count } });
      await this.#until(async () => {
        const live = await this.lab.admin.get<any>(ref);
        const { replicas: all = 0, readyReplicas: ready = 0 } = live!.status;
        return all === count && ready === count;
      }, `${name} to have ${count} pods`);
    };
    this.#later(() => set(1));
    await set(replicas);
    if (replicas === 0) {
      // The Deployment counts a pod out as soon as it is told to go.
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
      await this.#until(async () => {
        const { items } = await this.lab.admin.list(pods);
        return !items.some(pod => pod.metadata.name.startsWith(`${name}-`));
      }, `${name}'s pods to be gone`);
    }
  };

  /** Kills the next proof pod of a namespace as soon as it runs. */
  killProofPod = async (namespace: string) => {
    const done = new AbortController();
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
    const kill = async () => {
      const events = this.lab.admin.watch<any>(pods, {
        labelSelector: 'threewalls.io/proof',
        signal: done.signal,
      });
      for await (const { type, object } of events) {
        console.log(Date.now(), type, object.metadata?.name, object.status?.phase);
        if (type === 'MODIFIED' && object.status?.phase === 'Running') {
          await this.lab.admin.delete(
            { ...pods, name: object.metadata.name },
            { gracePeriodSeconds: 0 },
          );
          return;
        }
      }
    };
    const killed = kill().catch(e => console.log('KILL', e));
    this.#later(() => {
      done.abort();
      return killed;
    });
  };

  /** Seals Vault, and again whenever the lab's keeper has unsealed it. */
  sealVault = async () => {
    let sealing = true;
    const seal = async () => {
      while (sealing) {
        await this.lab.vaultAdmin.write('sys/seal', {}).catch(() => {});
        await sleep(100);
      }
    };
    const sealed = seal();
    this.#later(async () => {
      sealing = false;
      await sealed;
      await this.lab.vaultAdmin.unseal();
    });
    await sleep(500);
  };

  /** Points Vault's Service at a port where nobody listens. */
  hideVault = async () => {
    const point = (targetPort: number) =>
      this.lab.admin.expect({
        method: 'PATCH',
        path: `${objectPath(VAULT_SERVICE)}`,
        contentType: 'application/json-patch+json',
        body: [
          { op: 'replace', path: '/spec/ports/0/targetPort', value: targetPort },
        ],
      });
    this.#later(async () => {
      await point(8200);
      await this.#until(
        () => this.lab.vaultAdmin.answers(),
        'Vault to answer again',
      );
    });
    await point(8299);
    await sleep(500);
  };

  #ref(namespace: string, kind: string, name: string) {
    return { apiVersion: API_VERSIONS[kind] ?? 'v1', kind, namespace, name };
  }

  #later(undo: () => Promise<unknown>) {
    this.#undo.push(undo);
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

  async #until(met: () => Promise<boolean>, what: string) {
    for (let tries = 0; tries < 300; tries++) {
      if (await met()) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`Waited 30 s for ${what}`);
  }
}
