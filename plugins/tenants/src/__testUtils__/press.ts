import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

/** Clicks a button, or what has another role, once it is there. */
export async function press(
  name: string | RegExp,
  options: { role?: string; inside?: HTMLElement } = {},
): Promise<void> {
  const { role = 'button', inside } = options;
  const where = inside ? within(inside) : screen;
  await userEvent.click(await where.findByRole(role, { name }));
}
