/** An error that its message explains: one sentence, and what to do. */
export class LabError extends Error {
  override name = 'LabError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
