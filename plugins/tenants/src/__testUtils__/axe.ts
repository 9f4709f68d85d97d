import axe from 'axe-core';

/**
 * The page but for what React Aria has announced: that stays behind for seconds,
 * with references to what may be gone.
 */
const CONTEXT = {
  include: [['body']],
  exclude: [['[data-live-announcer]']],
};

/**
 * What axe finds wrong with the page as it stands, a line a node; empty where
 * nothing is.
 *
 * Contrast is left out: jsdom computes no colours. Nor is there a page around a
 * component, so what belongs to a page is not asked of it.
 */
export async function violations(): Promise<string[]> {
  // jsdom has no canvas, and would say so on the console each time.
  HTMLCanvasElement.prototype.getContext = () => null;
  const { violations: found } = await axe.run(CONTEXT, {
    rules: {
      'color-contrast': { enabled: false },
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'landmark-one-main': { enabled: false },
      'heading-order': { enabled: false },
    },
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(node => `${id}: ${help}: ${node.html}`),
  );
}
