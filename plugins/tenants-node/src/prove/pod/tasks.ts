/** What a proof pod can do, as its script reads it. */
export type PodTask =
  | { do: 'connect'; host: string; port: number }
  | { do: 'ask-dns'; host: string; port: number; name: string }
  | { do: 'resolve'; host: string }
  | { do: 'login'; role: string; token: TokenName }
  | { do: 'vault'; method: 'GET'; path: string }
  | { do: 'capabilities'; paths: string[] };

/** Projected tokens of a proof pod: of Vault's audience, and of another. */
export type TokenName = 'vault' | 'other';

/** Audience of the token that Vault must not take. */
export const OTHER_AUDIENCE = 'threewalls-proof';

/** A task as it is sent, and by which its results are known. */
export interface NumberedTask {
  id: number;
  task: PodTask;
  /** A connect that a policy has yet to bite is tried again */
  settle?: boolean;
}

/** What the script is told. */
export interface PodSpec {
  /** Prefix of every line of the script's */
  nonce: string;
  /** Milliseconds after which a connect counts as dropped */
  timeoutMs: number;
  /** Milliseconds a fresh policy may take to bite */
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
  tasks: NumberedTask[];
}

/** Lines that the script prints, behind the nonce. */
export type PodLine =
  | { hello: { kernel: string; node: string } }
  | {
      id: number;
      code: string;
      response: string;
      startedAt: string;
      durationMs: number;
      enforcedAfterMs?: number;
    }
  | { end: true };

/** One string for tasks that are the same. */
export function taskKey(task: PodTask): string {
  return JSON.stringify(task);
}
