import { useEffect } from 'react';
import { useApi, useApiHolder } from '@backstage/frontend-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  QueryClient,
  QueryKey,
  useMutation,
  UseMutationOptions,
  useQuery,
  UseQueryOptions,
} from '@tanstack/react-query';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { LiveTenants } from './LiveTenants';

/** The backend's API, and what the browser remembers of its answers. */
export interface Backend {
  api: TenantsApi;
  client: QueryClient;
  live: LiveTenants;
}

const backends = new WeakMap<TenantsApi, Backend>();

/**
 * The one cache of a backend's answers.
 *
 * It belongs to the API and not to a React provider: the card, the tab, the
 * page and the form fields are extensions that an adopter mounts one by one, and
 * a form field also validates outside React.
 */
export function backendOf(api: TenantsApi): Backend {
  let backend = backends.get(api);
  if (!backend) {
    const client = new QueryClient({
      defaultOptions: {
        // The backend may be on this machine: a browser that is offline can
        // still reach it. An error shows at once, and the next poll tries again.
        queries: { networkMode: 'always', retry: false },
        mutations: { networkMode: 'always' },
      },
    });
    client.mount();
    backend = { api, client, live: new LiveTenants({ api, client }) };
    backends.set(api, backend);
  }
  return backend;
}

function useBackend(): Backend {
  return backendOf(useApi(tenantsApiRef));
}

/** Asks the backend, and remembers the answer for all who ask the same. */
export function useAsked<T, Key extends QueryKey = QueryKey>(
  optionsOf: (backend: Backend) => UseQueryOptions<T, Error, T, Key>,
) {
  const backend = useBackend();
  return useQuery(optionsOf(backend), backend.client);
}

/** Has the backend do something. */
export function useOrdered<T, Order = void>(
  optionsOf: (backend: Backend) => UseMutationOptions<T, Error, Order>,
) {
  const backend = useBackend();
  return useMutation(optionsOf(backend), backend.client);
}

/** Has the backend's signals keep tenants up to date. */
export function useLiveTenants(): void {
  const { live } = useBackend();
  const signals = useApiHolder().get(signalApiRef);
  useEffect(() => live.follow(signals), [live, signals]);
}
