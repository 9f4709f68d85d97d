import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonObject } from '@backstage/types';
import { Gate } from './support/gate';
import { labCluster, portalAccess, VAULT_ADDR } from './support/lab';

/** A request of the portal's about a tenant, and to whom. */
export interface Told {
  by: 'kubernetes' | 'vault';
  request: (name: string) => RegExp;
}

/** About what is in a tenant's namespace. */
export const inNamespace = (method: string, object: string): Told => ({
  by: 'kubernetes',
  request: name => new RegExp(`^${method} \\S*/web-tenant-${name}/${object}`),
});

/** About the namespace itself. */
export const ofNamespace = (method: string): Told => ({
  by: 'kubernetes',
  request: name =>
    new RegExp(`^${method} /api/v1/namespaces/web-tenant-${name}\\?`),
});

export const inVault = (method: string, path: string): Told => ({
  by: 'vault',
  request: name => new RegExp(`^${method} \\S*/${path}tenant-${name}$`),
});

/** The lab by way of two gates, with the portal's own credentials. */
export class GatedLab {
  static async open(): Promise<GatedLab> {
    const folder = mkdtempSync(join(tmpdir(), 'threewalls-gates-'));
    const kubeconfig = JSON.parse(
      readFileSync(portalAccess.kubeconfig, 'utf8'),
    );
    const [{ cluster }] = kubeconfig.clusters;
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    const kubernetes = await Gate.start(cluster.server, ca);
    const vault = await Gate.start(VAULT_ADDR);
    cluster.server = kubernetes.url;
    delete cluster['certificate-authority-data'];
    // On loopback: the client library takes no plain http otherwise.
    cluster['insecure-skip-tls-verify'] = true;
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, JSON.stringify(kubeconfig), { mode: 0o600 });
    const clusters = [
      labCluster({
        kubeconfig: file,
        vault: { ...portalAccess.vault, address: vault.url },
      }),
    ];
    return new GatedLab(folder, kubernetes, vault, clusters);
  }

  private constructor(
    private readonly folder: string,
    readonly kubernetes: Gate,
    readonly vault: Gate,
    /** Value of `tenants.clusters` */
    readonly clusters: JsonObject[],
  ) {}

  open(): void {
    this.kubernetes.open();
    this.vault.open();
  }

  async stop(): Promise<void> {
    await Promise.all([this.kubernetes.stop(), this.vault.stop()]);
    rmSync(this.folder, { recursive: true });
  }
}
