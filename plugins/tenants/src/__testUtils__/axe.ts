import { getConfig } from '@testing-library/react';
import axe from 'axe-core';

/** What React Aria has announced stays behind for seconds, with references to what may be gone. */
const EXCLUDED = [['[data-live-announcer]']];

/**
 * What axe finds wrong with the page as it stands, or with a part of it, a line a
 * node; empty where nothing is.
 *
 * Contrast is left out: jsdom computes no colours. Nor is there a page around a
 * component, so what belongs to a page is not asked of it.
 */
export async function violations(
  part: Element = document.body,
): Promise<string[]> {
  // jsdom has no canvas, and would say so on the console each time.
  HTMLCanvasElement.prototype.getContext = () => null;
  // As in a `findBy`: what the page does meanwhile needs no act().
  const { violations: found }: axe.AxeResults = await getConfig().asyncWrapper(
    () =>
      axe.run(
        { include: [part], exclude: EXCLUDED },
        {
          rules: {
            'color-contrast': { enabled: false },
            region: { enabled: false },
            'page-has-heading-one': { enabled: false },
            'landmark-one-main': { enabled: false },
            'heading-order': { enabled: false },
          },
        },
      ),
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(node => `${id}: ${help}: ${node.html}`),
  );
}
