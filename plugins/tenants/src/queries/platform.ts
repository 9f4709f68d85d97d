import { useMemo, useState } from 'react';
import { Entity } from '@backstage/catalog-model';
import {
  identityApiRef,
  useApi,
  useRouteRef,
} from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { queryOptions, skipToken } from '@tanstack/react-query';
import useDebounce from 'react-use/esm/useDebounce';
import {
  PlatformInfo,
  Tenant,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { templateRouteRef } from '../routes';
import { backendOf, useAsked } from './backend';

const HEALTH_MS = 30_000;

/** The platform changes with the backend's config, which takes a restart. */
const PLATFORM_MS = 10 * 60_000;

/** For as long the fields of a form share one answer. */
const PLATFORM_FRESH_MS = 60_000;

/** A form that waits for the backend goes on by itself once it is there. */
const RETRY_MS = 10_000;

/** A pause in the typing: not every letter is a question. */
const PAUSE_MS = 400;

function platformQuery(api: TenantsApi) {
  return queryOptions({
    queryKey: ['platform'],
    queryFn: ({ signal }) => api.getPlatform({ signal }),
    staleTime: PLATFORM_FRESH_MS,
    refetchInterval: ({ state }) => (state.data ? PLATFORM_MS : RETRY_MS),
  });
}

/** What the portal offers: clusters, sizes, the network provider. */
export function usePlatform() {
  return useAsked(({ api }) => platformQuery(api));
}

/** The same outside React: a form validates its fields there. */
export function platformOf(api: TenantsApi): Promise<PlatformInfo> {
  return backendOf(api).client.fetchQuery(platformQuery(api));
}

/** Whether clusters and Vaults can be reached. */
export function useHealth() {
  return useAsked(({ api }) => ({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.getHealth({ signal }),
    refetchInterval: HEALTH_MS,
  }));
}

/**
 * Asks something of the backend that depends on what is typed, after a pause.
 *
 * @param question - nothing is asked without one; what is equal as JSON is the
 *   same question
 * @returns the answer to the question as it is now, never to an earlier one
 */
export function useAnswer<Q, A>(
  kind: string,
  question: Q | undefined,
  ask: (api: TenantsApi, question: Q, signal: AbortSignal) => Promise<A>,
) {
  const text = question === undefined ? undefined : JSON.stringify(question);
  const [settled, setSettled] = useState(text);
  useDebounce(() => setSettled(text), PAUSE_MS, [text]);
  const isSettled = settled === text;
  const { data, error, refetch } = useAsked(({ api }) => ({
    queryKey: [kind, settled],
    queryFn:
      settled === undefined
        ? skipToken
        : ({ signal }) => ask(api, JSON.parse(settled) as Q, signal),
    // The cluster may answer otherwise the next time somebody asks.
    gcTime: 0,
  }));
  return {
    data: isSettled ? data : undefined,
    error: isSettled ? error ?? undefined : undefined,
    refetch,
  };
}

const TEMPLATE_NAMESPACE = 'default';

/** Where the forms of the portal's tenant templates are. */
export function useTemplateLink(): (template: string) => string | undefined {
  const catalog = useApi(catalogApiRef);
  const route = useRouteRef(templateRouteRef);
  const { data: names = [] } = useAsked(() => ({
    queryKey: ['templates'],
    queryFn: async () => {
      const { items } = await catalog.getEntities({
        filter: { kind: 'Template', 'metadata.namespace': TEMPLATE_NAMESPACE },
        fields: ['metadata.name'],
      });
      return items.map(entity => entity.metadata.name);
    },
    staleTime: PLATFORM_FRESH_MS,
  }));
  return templateName =>
    names.includes(templateName)
      ? route?.({ namespace: TEMPLATE_NAMESPACE, templateName })
      : undefined;
}

const NOBODY: ReadonlySet<string> = new Set();
const NO_TITLES: ReadonlyMap<string, string> = new Map();

/** The refs by which the user owns things; none until they are known. */
export function useOwnRefs(): ReadonlySet<string> {
  const identity = useApi(identityApiRef);
  const { data } = useAsked(() => ({
    queryKey: ['own refs'],
    queryFn: async () => {
      const { ownershipEntityRefs } = await identity.getBackstageIdentity();
      return new Set(ownershipEntityRefs);
    },
    staleTime: PLATFORM_MS,
  }));
  return data ?? NOBODY;
}

/** What people call the owners of tenants, by their refs; where the catalog knows. */
export function useOwnerTitles(
  tenants: Tenant[] | undefined,
): ReadonlyMap<string, string> {
  const refs = useMemo(
    () => [...new Set(tenants?.map(({ owner }) => owner))].sort(),
    [tenants],
  );
  return useTitles(refs);
}

/** What people call entities, by their refs; where the catalog knows. */
export function useTitles(refs: string[]): ReadonlyMap<string, string> {
  const catalog = useApi(catalogApiRef);
  const { data } = useAsked(() => ({
    queryKey: ['titles', refs],
    queryFn: async () => {
      const { items } = await catalog.getEntitiesByRefs({
        entityRefs: refs,
        fields: ['metadata.title', 'spec.profile.displayName'],
      });
      return new Map(
        refs.flatMap((ref, i) => {
          const title = titleOf(items[i]);
          return title ? [[ref, title]] : [];
        }),
      );
    },
    enabled: refs.length > 0,
    staleTime: PLATFORM_MS,
  }));
  return data ?? NO_TITLES;
}

function titleOf(entity: Entity | undefined): string | undefined {
  const profile = entity?.spec?.profile as { displayName?: string } | undefined;
  return profile?.displayName ?? entity?.metadata.title;
}
