/**
 * A hand-made n8n that is to become a tenant: where its Deployment is.
 *
 * @public
 */
export interface AdoptionSource {
  namespace: string;
  deployment: string;
}

/** @public */
export interface AdoptionStep {
  id: 'key' | 'handOver' | 'apply' | 'finish';
  title: string;
  /** Whose rights it takes */
  by: 'administrator' | 'portal';
  done: boolean;
  /** For an administrator to run with bash, kubectl and vault. Holds no secret */
  script?: string;
}

/**
 * How a hand-made n8n becomes a tenant: what is in the way, what will be otherwise,
 * and what to do, as of now.
 *
 * @public
 */
export interface Adoption {
  /** Why it can't be adopted; nothing is then to be done */
  problems: string[];
  /** What will be otherwise for its users */
  notes: string[];
  /** In their order; all but the last can be undone */
  steps: AdoptionStep[];
  /** Script that brings the hand-made n8n back, until the last step is done */
  undo?: string;
}
