import { rootCertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClusterProfile,
  objectPath,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { refOf, VAULT_ADDR, vaultKeys } from './support/lab';
import { WallsLab } from './wallsLab';

/** What mutations do to Vault. */
export class VaultHands {
  readonly #undo: (() => Promise<unknown>)[] = [];
  /** The cluster's settings as the proof is told they are */
  profile: ClusterProfile;
  /** Plans as the proof is told they are */
  readonly told = new Map<string, TenantPlan>();

  constructor(readonly lab: WallsLab) {
    this.profile = lab.cluster.config;
  }

  /** Undoes, the last first. */
  async mend(): Promise<void> {
    this.profile = this.lab.cluster.config;
    this.told.clear();
    for (const undo of this.#undo.splice(0).reverse()) {
      await undo();
    }
  }

  /** Has the proof take other settings of the cluster for true. */
  tell = <K extends 'proofs' | 'network'>(
    of: K,
    settings: Partial<ClusterProfile[K]>,
  ) => {
    this.profile = {
      ...this.profile,
      [of]: { ...this.profile[of], ...settings },
    };
  };

  /** Adds rules to the tenant's Vault policy. */
  policy = async ({ names: { vaultPolicy } }: TenantPlan, rules: string) => {
    const path = `sys/policies/acl/${vaultPolicy}`;
    const { policy } = await this.lab.vaultAdmin.read(path);
    await this.lab.vaultAdmin.expect('PUT', path, {
      policy: `${policy}\n${rules}`,
    });
  };

  /** Adds rules to the policy that everybody has. */
  widenDefault = async (rules: string) => {
    const path = 'sys/policies/acl/default';
    const { policy } = await this.lab.vaultAdmin.read(path);
    await this.vault(path, { policy: `${policy}\n${rules}` });
  };

  /** Changes fields of the tenant's Vault role. */
  role = async ({ names: { vaultRole } }: TenantPlan, fields: object) => {
    const path = `auth/kubernetes/role/${vaultRole}`;
    const live = await this.lab.vaultAdmin.read(path);
    await this.lab.vaultAdmin.expect('PUT', path, { ...live, ...fields });
  };

  /** Writes to a path of Vault's; mending writes what was there, or deletes it. */
  vault = async (path: string, body: Record<string, unknown>) => {
    const { vaultAdmin } = this.lab;
    const before = await vaultAdmin.read(path);
    this.later(() =>
      before
        ? vaultAdmin.expect('PUT', path, before)
        : vaultAdmin.expect('DELETE', path),
    );
    await vaultAdmin.expect('PUT', path, body);
  };

  /**
   * Mounts the Kubernetes auth method a second time, with roles of its own: of this
   * cluster, or of what has another address and another CA.
   */
  mountAuth = async (
    mount: string,
    roles: Record<string, Record<string, unknown>>,
    isElsewhere: boolean = false,
  ) => {
    const { vaultAdmin } = this.lab;
    const { type } = (await vaultAdmin.read('sys/auth'))['kubernetes/'];
    this.later(() => vaultAdmin.expect('DELETE', `sys/auth/${mount}`));
    await vaultAdmin.expect('PUT', `sys/auth/${mount}`, { type });
    const { kubernetes_host } = await vaultAdmin.read('auth/kubernetes/config');
    await vaultAdmin.expect(
      'PUT',
      `auth/${mount}/config`,
      isElsewhere
        ? {
            kubernetes_host: 'https://elsewhere.test:6443',
            // Anybody's but the lab's.
            kubernetes_ca_cert: rootCertificates[0],
            disable_local_ca_jwt: true,
          }
        : { kubernetes_host },
    );
    for (const [name, role] of Object.entries(roles)) {
      await vaultAdmin.expect('PUT', `auth/${mount}/role/${name}`, role);
    }
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

  /** Deletes the newest version of the tenant's KV entry, so that it can be brought back. */
  hideEntry = async ({ names: { kvPath } }: TenantPlan) => {
    const { vaultAdmin } = this.lab;
    const { current_version: version } = await vaultAdmin.read(
      `secret/metadata/${kvPath}`,
    );
    const versions = { versions: [version] };
    this.later(() =>
      vaultAdmin.expect('PUT', `secret/undelete/${kvPath}`, versions),
    );
    await vaultAdmin.expect('DELETE', `secret/data/${kvPath}`);
  };

  /** Seals Vault, and again whenever the lab's keeper has unsealed it. */
  sealVault = async () => {
    let sealing = true;
    const seal = async () => {
      while (sealing) {
        await this.lab.vaultAdmin.expect('PUT', 'sys/seal', {}).catch(() => {});
        await sleep(100);
      }
    };
    const sealed = seal();
    this.later(async () => {
      sealing = false;
      await sealed;
      const key = vaultKeys().unsealKey;
      await this.lab.vaultAdmin.expect('PUT', 'sys/unseal', { key });
    });
    await sleep(500);
  };

  /** Points Vault's Service at a port where nobody listens. */
  hideVault = async () => {
    const point = (value: number) =>
      this.lab.admin.expect({
        method: 'PATCH',
        path: objectPath(refOf('Service', 'sys-vault', 'sys-vault')),
        contentType: 'application/json-patch+json',
        body: [{ op: 'replace', path: '/spec/ports/0/targetPort', value }],
      });
    this.later(async () => {
      await point(8200);
      // Not by the client: a connection that is kept goes on to where it led.
      const answers = () =>
        fetch(`${VAULT_ADDR}/v1/sys/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      await this.waitFor(answers, 'Vault to answer again');
    });
    await point(8299);
    await sleep(500);
  };

  protected later(undo: () => Promise<unknown>) {
    this.#undo.push(undo);
  }

  /** Waits until something is so. */
  waitFor = async (met: () => Promise<boolean>, what: string) => {
    for (let tries = 0; tries < 300; tries++) {
      if (await met()) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`Waited 30 s for ${what}`);
  };
}
