import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  Tenant,
  TenantUsageSummary,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { TenantProofs } from './ProofView';
import { staleAt, wallStates } from './verdicts';

/** A tenant as the API shows it, made once until something of it changes. */
export interface Card {
  tenant: Tenant;
  json: string;
  /** Milliseconds; until then it is as it would be made anew */
  until: number;
  /** What it was made of */
  of: {
    record: TenantRecord;
    stamp: number;
    usage?: TenantUsageSummary;
  };
}

/** Cards of tenants, kept while what they are made of is the same. */
export class TenantCards {
  #cards = new Map<string, Card>();

  constructor(private readonly intervalMs: number) {}

  get(of: Card['of'], proofs: TenantProofs, now: number): Card {
    const { name } = of.record;
    const known = this.#cards.get(name);
    if (
      known &&
      known.of.record === of.record &&
      known.of.stamp === of.stamp &&
      known.of.usage === of.usage &&
      now < known.until
    ) {
      return known;
    }
    const card = this.#make(of, proofs, now);
    this.#cards.set(name, card);
    return card;
  }

  /** Forgets all but these. */
  keep(tenants: TenantRecord[]): void {
    if (this.#cards.size > tenants.length) {
      const names = new Set(tenants.map(tenant => tenant.name));
      this.#cards = new Map(
        [...this.#cards].filter(([name]) => names.has(name)),
      );
    }
  }

  #make(of: Card['of'], proofs: TenantProofs, now: number): Card {
    const { name, cluster, namespace, owner, spec, phase, createdAt } =
      of.record;
    const { latest, current } = proofs;
    const { intervalMs } = this;
    const tenant: Tenant = {
      name,
      cluster,
      namespace,
      owner,
      spec,
      phase,
      entityRef: stringifyEntityRef({
        kind: 'resource',
        namespace: 'default',
        name,
      }),
      walls: wallStates(latest, { now, intervalMs }),
      ...(latest && { lastProof: latest.proof }),
      ...(current && { currentProof: current }),
      ...(of.usage && { usage: of.usage }),
      createdAt,
    };
    const stale = latest ? staleAt(latest, intervalMs) : Infinity;
    return {
      tenant,
      json: JSON.stringify(tenant),
      // At that very millisecond it is not stale yet.
      until: stale >= now ? stale + 1 : Infinity,
      of,
    };
  }
}
