import { createTranslationRef } from '@backstage/frontend-plugin-api';
import { WORDINGS } from '@threewalls/backstage-plugin-tenants-common';

/**
 * What the backend says of walls, receipts, tenants and its own parts: a message a
 * code. It comes in English with each answer, so that an app loads none of this
 * but what it has translated.
 *
 * @public
 */
export const wordingTranslationRef = createTranslationRef({
  id: 'tenants.wording',
  messages: WORDINGS,
});
