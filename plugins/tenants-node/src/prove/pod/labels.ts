/** Label of what a proof makes and removes: what is left over is swept by it. */
export const PROOF_LABEL = 'threewalls.io/proof';

/** Name of a proof pod's own container: the cluster may add others beside it. */
export const PROOF_CONTAINER = 'proof';
