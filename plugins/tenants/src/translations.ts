/**
 * The plugin's texts, to translate or to change.
 *
 * @packageDocumentation
 */
export { checksTranslationRef } from './checkTexts';
export { tenantsTranslationRef } from './translation';
export { wordingTranslationRef } from './wordingTexts';
