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

/** Opens a wall's receipts, and in them that of a check, to read what came back. */
export async function openReceipt(
  page: Page,
  wall: string,
  check: string,
  answer: string,
): Promise<void> {
  const button = (name: RegExp) => page.getByRole('button', { name }).first();
  await button(new RegExp(`${wall} wall`)).click();
  const receipt = button(new RegExp(check));
  await receipt.waitFor();
  // What is not as expected is open already.
  if ((await receipt.getAttribute('aria-expanded')) === 'false') {
    await receipt.click();
  }
  await page.getByText(answer).filter({ visible: true }).first().waitFor();
}
