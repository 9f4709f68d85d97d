import { CustomErrorBase } from '@backstage/errors';

/** More proofs of a tenant were asked for than one tenant may have; HTTP 429. */
export class TooManyProofsError extends CustomErrorBase {
  name = 'TooManyProofsError' as const;
  readonly statusCode = 429;

  constructor(
    tenant: string,
    asked: { count: number; withinMs: number; freeInMs: number },
  ) {
    const minutes = asked.withinMs / 60_000;
    const seconds = Math.ceil(asked.freeInMs / 1000);
    super(
      `${asked.count} proofs of ${tenant} were asked for in the last ${minutes} minutes; the next can be in ${seconds} s. The schedule goes on meanwhile`,
    );
  }
}
