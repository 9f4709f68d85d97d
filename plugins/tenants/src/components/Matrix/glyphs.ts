import { WallStatus } from '@threewalls/backstage-plugin-tenants-common';

/** A sign for each status, which tells it from others where colours do not. */
export const GLYPHS: Record<WallStatus, string> = {
  holds: '✓',
  breached: '!',
  unproven: '?',
};

/** Stands where a pair has not been tried yet. */
export const UNPROVED_GLYPH = '·';
