/** What a proof pod can do. */
type PodWork =
  | { do: 'connect'; host: string; port: number }
  | { do: 'ask-dns'; host: string; port: number; name: string }
  | { do: 'resolve'; host: string }
  | { do: 'ask-name'; name: string }
  | { do: 'login'; mount: string; role: string; token: TokenName }
  | { do: 'vault'; method: 'GET'; path: string }
  | { do: 'capabilities'; paths: string[] };

/** Something to do, as the pod's script reads it. */
export type PodTask = PodWork & {
  /** What there is to do, in words: what two checks try alike is tried once */
  id: string;
  /** Something that is let through is tried again until policies have to have bitten */
  settle?: boolean;
};

/** Names a task by what there is to do. */
export function podTask(work: PodWork): PodTask {
  return { id: Object.values(work).flat().join(' '), ...work };
}

/** Projected tokens of a proof pod: of Vault's audience, and of another. */
export type TokenName = 'vault' | 'other';

/** Audience of the token that Vault must not take. */
export const OTHER_AUDIENCE = 'threewalls-proof';

/** What the script is told. */
export interface PodSpec {
  /** Prefix of every line of the script's */
  nonce: string;
  /** Milliseconds after which a connect counts as dropped */
  timeoutMs: number;
  /** Milliseconds that Vault, and the resolver of a name, have for an answer */
  answerMs: number;
  /** Milliseconds a policy may take to bite on a new pod */
  settleMs: number;
  vault: {
    address: string;
    caData?: string;
    namespace?: string;
    authMount: string;
    /** Role that reads and capabilities are asked with */
    role: string;
    tokenFiles: Record<TokenName, string>;
  };
  tasks: PodTask[];
}

/** What the script says; each line that it prints is the nonce and an array of these. */
export type PodSaid =
  | { hello: { kernel: string; node: string } }
  | {
      id: string;
      code: string;
      response: string;
      startedAt: string;
      durationMs: number;
      enforcedAfterMs?: number;
    }
  | { end: true };
