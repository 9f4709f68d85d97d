import { NotFoundError } from '@backstage/errors';
import {
  DriftItem,
  Page,
  Proof,
  ProofSummary,
  Tenant,
  TenantMatrix,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  drift,
  matrixOf,
  proofOf,
  proofs,
  runningProof,
  summaryOf,
  tenants,
} from '../src/__fixtures__';

const PROOF_MS = 8_000;
const CHECKS = 12;

/** A backend in the browser: a proof that is asked for moves and comes to an end. */
export class FakeTenantsApi implements TenantsApi {
  readonly #started = new Map<string, number>();

  async listTenants(): Promise<Page<Tenant>> {
    const items = Object.keys(tenants).map(name => this.#tenant(name));
    return { items, totalItems: items.length };
  }

  async getTenant(name: string): Promise<Tenant> {
    return this.#tenant(name);
  }

  async listProofs(name: string): Promise<Page<ProofSummary>> {
    const last = proofs[name];
    const older = [7, 12, 17, 22].map(minutes => proofOf(name, { minutes }));
    const items = (last ? [last, ...older] : []).map(summaryOf);
    return { items, totalItems: items.length };
  }

  async getProof(name: string, id: string): Promise<Proof> {
    const last = proofs[name];
    return last?.id === id ? last : proofOf(name, { id });
  }

  async startProof(name: string): Promise<ProofSummary> {
    this.#started.set(name, Date.now());
    return { ...runningProof(name), state: 'queued', progress: undefined };
  }

  async getMatrix(): Promise<TenantMatrix> {
    return matrixOf(Object.keys(tenants));
  }

  async getDrift(name: string): Promise<{ items: DriftItem[] }> {
    return { items: name === 'globex' ? drift : [] };
  }

  async getReport(name: string): Promise<string> {
    return `# Walls of ${name}\n`;
  }

  #tenant(name: string): Tenant {
    const tenant = tenants[name];
    if (!tenant) {
      throw new NotFoundError(`There is no tenant ${name}`);
    }
    const started = this.#started.get(name);
    if (started === undefined) {
      return tenant;
    }
    const elapsed = Date.now() - started;
    if (elapsed > PROOF_MS) {
      const lastProof = summaryOf(proofOf(name, { minutes: 0 }));
      return { ...tenant, lastProof, currentProof: undefined };
    }
    const done = Math.floor((CHECKS * elapsed) / PROOF_MS);
    return {
      ...tenant,
      currentProof: {
        ...runningProof(name),
        progress: { phase: 'waiting for receipts', done, total: CHECKS },
      },
    };
  }
}
