import {
  PlatformInfo,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';

/** For as long the fields of a form share one answer. */
const FRESH_MS = 60_000;

const answers = new WeakMap<
  TenantsApi,
  { at: number; value: Promise<PlatformInfo> }
>();

/**
 * What the portal offers: clusters, sizes, the network provider.
 *
 * Each field of a form needs it, and each needs it again to validate: they ask
 * the backend once. A failure is not kept.
 */
export function platformOf(api: TenantsApi): Promise<PlatformInfo> {
  const last = answers.get(api);
  if (last && Date.now() - last.at < FRESH_MS) {
    return last.value;
  }
  const value = api.getPlatform();
  answers.set(api, { at: Date.now(), value });
  value.catch(() => {
    if (answers.get(api)?.value === value) {
      answers.delete(api);
    }
  });
  return value;
}
