import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented, ROWS } from './wallsTable';

// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const PAGE = join(__dirname, '../../../docs/mutations.md');
const [BEGIN, END] = ['<!-- rows -->\n\n', '\n\n<!-- /rows -->'];

describe('The table of mutations', () => {
  it('is what its page says; UPDATE_DOCS=1 writes it anew', () => {
    const text = readFileSync(PAGE, 'utf8');
    const begin = text.indexOf(BEGIN) + BEGIN.length;
    const now =
      text.slice(0, begin) + documented() + text.slice(text.indexOf(END));
    if (process.env.UPDATE_DOCS) {
      writeFileSync(PAGE, now);
    }
    expect(readFileSync(PAGE, 'utf8')).toBe(now);
  });

  it('has each title once', () => {
    expect(new Set(ROWS.map(({ title }) => title)).size).toBe(ROWS.length);
  });
});
