/**
 * To be imported before anything of Backstage's: jsdom has no media queries, and
 * without them every screen is a narrow one.
 */
window.matchMedia = media =>
  ({
    media,
    matches: media.includes('min-width'),
    addListener: () => {},
    removeListener: () => {},
    addEventListener: () => {},
    removeEventListener: () => {},
  } as unknown as MediaQueryList);

export {};
