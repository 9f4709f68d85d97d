import { screen } from '@testing-library/react';

/** Waits for an alert that says something. */
export async function alerted(text: string | RegExp): Promise<void> {
  expect(await screen.findByRole('alert')).toHaveTextContent(text);
}
