import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MockTranslationApi } from '@backstage/test-utils/alpha';
import { checksTranslationRef } from './checkTexts';

/** Every check: the page is made from the catalogue, and held to it by a test. */
const CHECKS = [
  ...readFileSync(
    resolve(__dirname, '../../../docs/checks.md'),
    'utf8',
  ).matchAll(/^\| `([a-z]+\.[a-z0-9-]+)` +\|/gm),
].map(([, id]) => id);

const { t } = MockTranslationApi.create().getTranslation(
  checksTranslationRef,
) as unknown as { t: (key: string) => string };

describe('checksTranslationRef', () => {
  it('is held to the whole catalogue', () => {
    expect(CHECKS.length).toBeGreaterThan(40);
  });

  it.each(CHECKS)('has words for %s', check => {
    const [title, wrong, why] = ['title', 'wrong', 'why'].map(part =>
      t(`${check}.${part}`),
    );
    // A key that is not there comes back as it is.
    for (const text of [title, wrong, why]) {
      expect(text).not.toContain(check);
    }
    expect(title).not.toBe(wrong);
  });
});
