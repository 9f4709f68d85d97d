import { share } from './collection';
import { inTime } from './inTime';
import { remembered } from './remembered';
import { VaultClient } from './vault';

/** Milliseconds for an answer: whoever looks at many waits for none of them for long. */
const PATIENCE_MS = 3_000;

/** What Vault has at a path; nothing is `undefined`. Or why that can't be told. */
export type SeenInVault = { data: any } | { problem: string };

/**
 * Who answers what Vault has.
 *
 * @public
 */
export type VaultReader = Pick<VaultView, 'read' | 'list' | 'made'>;

/**
 * Vault for whoever only looks: the same answer to the same question for as long
 * as the view is used.
 *
 * @public
 */
export class VaultView {
  readonly #answers = new Map<string, Promise<any>>();

  /**
   * @param vault - Who is asked
   * @param older - A view that was used before, for paths of which its answer is
   * new enough
   */
  constructor(
    private readonly vault: VaultClient,
    private readonly older?: {
      view: VaultView;
      isNewEnough(path: string): boolean;
    },
    /** Answers of before, in place of those that say the same */
    private readonly known?: ReadonlyMap<string, Promise<any>>,
  ) {}

  /** Vault anew: what it says as it did is the very same object. */
  renewed(): VaultView {
    return new VaultView(this.vault, undefined, this.#answers);
  }

  async read(path: string): Promise<SeenInVault> {
    return this.#once('GET', path, data => data);
  }

  /** Names under a path: an empty list where there are none. */
  async list(path: string): Promise<{ data: string[] } | { problem: string }> {
    return this.#once('LIST', path, data => data?.keys ?? []);
  }

  /** What is made of many answers, once for all who ask for it. */
  async made<T extends object>(
    what: string,
    make: (vault: VaultReader) => Promise<T>,
  ): Promise<T> {
    const key = `made ${what}`;
    return remembered(this.#answers, key, () =>
      make(this).then(async fresh => share(fresh, await this.known?.get(key))),
    );
  }

  async #once(
    method: 'GET' | 'LIST',
    path: string,
    take: (data: any) => unknown,
  ): Promise<SeenInVault> {
    if (this.older?.isNewEnough(path)) {
      return this.older.view.#once(method, path, take);
    }
    const key = `${method} ${path}`;
    return remembered(this.#answers, key, () =>
      inTime(async () => this.vault.request(method, path), {
        ms: PATIENCE_MS,
        late: () => `Vault gave no answer within ${PATIENCE_MS} ms`,
      }).then(
        async ({ status, data, errors }) =>
          status < 300 || status === 404
            ? share(
                { data: take(status === 404 ? undefined : data) },
                await this.known?.get(key),
              )
            : { problem: `${path}: ${errors.join('; ').trim() || status}` },
        (error: Error) => ({ problem: error.message }),
      ),
    );
  }
}
