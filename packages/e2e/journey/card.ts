import type { Page } from 'playwright-core';

/** Milliseconds for a tenant to be proved. */
export const PROVE_MS = 60_000;

/** Three walls, as they should be. */
export const HOLDING = {
  Network: 'holds',
  Secret: 'holds',
  Resource: 'holds',
} as const;

/** Waits for the card to show a status for each wall. */
export async function untilWalls(
  page: Page,
  statuses: Partial<Record<keyof typeof HOLDING, string>>,
): Promise<void> {
  for (const [wall, status] of Object.entries(statuses)) {
    await page
      .getByRole('button', {
        name: new RegExp(`${wall} wall.*${status}`, 'is'),
      })
      .first()
      .waitFor({ timeout: PROVE_MS });
  }
}

/** Opens a wall's receipts, and in them the one that says so, to read what came back. */
export async function openReceipt(
  page: Page,
  wall: string,
  story: string,
  answer: string,
): Promise<void> {
  // What is not as expected is open already.
  const open = async (name: RegExp) => {
    const button = page.getByRole('button', { name }).first();
    await button.waitFor();
    if ((await button.getAttribute('aria-expanded')) === 'false') {
      await button.click();
    }
  };
  await open(new RegExp(`${wall} wall`));
  await open(new RegExp(story));
  await page.getByText(answer).filter({ visible: true }).first().waitFor();
}
