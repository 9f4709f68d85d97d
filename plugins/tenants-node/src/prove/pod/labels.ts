/** Label of what a proof makes and removes: what is left over is swept by it. */
export const PROOF_LABEL = 'threewalls.io/proof';
