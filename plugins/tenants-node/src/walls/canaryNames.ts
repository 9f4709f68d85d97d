import { CANARY } from '../tenants';

/** Port of the canary's bait. */
export const CANARY_PORT = 8080;

/** Selector of the bait's pod. */
export const CANARY_SELECTOR = { 'app.kubernetes.io/name': CANARY };
