import { SignalApi } from '@backstage/plugin-signals-react';
import { QueryClient } from '@tanstack/react-query';
import {
  Tenant,
  TENANT_SIGNAL_CHANNEL,
  TenantsApi,
  TenantSignal,
} from '@threewalls/backstage-plugin-tenants-common';

/** Milliseconds in which the signals of many proofs make one update of the list. */
const SETTLE_MS = 1_000;

/** More tenants than this at once: reading the list is cheaper than each of them. */
const MAX_SINGLE_READS = 10;

/** The keys of what is remembered; what begins with a tenant's key ages with it. */
export const keys = {
  tenants: ['tenants'] as const,
  impostors: ['impostors'] as const,
  tenant: (name: string) => ['tenant', name] as const,
};

/**
 * Turns the backend's signals into updates of what the browser remembers: a
 * proof that is done makes its own tenant be read again, and nothing else.
 *
 * One subscription, however many components show tenants.
 */
export class LiveTenants {
  #followers = 0;
  #subscription?: { unsubscribe(): void };
  #timer?: ReturnType<typeof setTimeout>;
  readonly #changed = new Set<string>();

  constructor(
    private readonly backend: { api: TenantsApi; client: QueryClient },
  ) {}

  /**
   * Follows the signals until the returned function is called; without signals
   * (the plugin is optional) polling is all there is.
   */
  follow(signals: SignalApi | undefined): () => void {
    this.#followers++;
    this.#subscription ??= signals?.subscribe<TenantSignal>(
      TENANT_SIGNAL_CHANNEL,
      signal => this.#receive(signal),
    );
    return () => {
      this.#followers--;
      if (this.#followers === 0) {
        this.#subscription?.unsubscribe();
        this.#subscription = undefined;
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#changed.clear();
      }
    };
  }

  #receive({ uid, proofId, state }: TenantSignal): void {
    const { client } = this.backend;
    const name = uid && this.#nameOf(uid);
    if (!name) {
      // Nothing here shows it; a list that it is new in is polled.
      return;
    }
    if (state === 'done') {
      client.invalidateQueries({ queryKey: keys.tenant(name) });
      this.#changed.add(name);
      this.#timer ??= setTimeout(() => this.#updateList(), SETTLE_MS);
      return;
    }
    const known = client.getQueryData<Tenant>(keys.tenant(name));
    if (known?.currentProof?.id !== proofId) {
      client.invalidateQueries({ queryKey: keys.tenant(name), exact: true });
    } else {
      client.setQueryData<Tenant>(keys.tenant(name), {
        ...known,
        currentProof: { ...known.currentProof, state },
      });
    }
  }

  /** Of a tenant that is shown, in the list or by itself. */
  #nameOf(uid: string): string | undefined {
    const { client } = this.backend;
    const shown = [
      ...(client.getQueryData<Tenant[]>(keys.tenants) ?? []),
      ...client
        .getQueriesData<Tenant>({
          predicate: ({ queryKey }) =>
            queryKey[0] === 'tenant' && queryKey.length === 2,
        })
        .map(([, tenant]) => tenant),
    ];
    return shown.find(tenant => tenant?.uid === uid)?.name;
  }

  async #updateList(): Promise<void> {
    const { client } = this.backend;
    const names = [...this.#changed];
    this.#changed.clear();
    this.#timer = undefined;
    if (client.getQueryData(keys.tenants) === undefined) {
      return;
    }
    if (names.length > MAX_SINGLE_READS) {
      await client.invalidateQueries({ queryKey: keys.tenants });
      return;
    }
    await Promise.all(names.map(name => this.#updateOne(name)));
  }

  async #updateOne(name: string): Promise<void> {
    const { api, client } = this.backend;
    try {
      const tenant = await client.fetchQuery({
        queryKey: keys.tenant(name),
        queryFn: ({ signal }) => api.getTenant(name, { signal }),
        staleTime: SETTLE_MS,
      });
      client.setQueryData<Tenant[]>(keys.tenants, tenants =>
        tenants?.map(other => (other.name === name ? tenant : other)),
      );
    } catch {
      // Gone, not to be seen, or the backend is away: the next poll will tell.
    }
  }
}
