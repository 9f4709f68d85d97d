import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { root } from './lib/run.ts';

// What TechDocs is given: docs/ and nothing beside it.
const docs = join(root, 'docs');
const pages = new Map(
  globSync('**/*.md', { cwd: docs }).map(file => [
    file,
    readFileSync(join(docs, file), 'utf8').replace(
      /^(`{3,}).*\n[^]*?^\1$/gm,
      '',
    ),
  ]),
);
const files = new Set(globSync('**/*', { cwd: docs }));

/** Anchors of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether a link of a page leads to something. */
function leads(from: string, link: string): boolean {
  const [file, anchor] = link.split('#');
  const to = file ? normalize(join(dirname(from), file)) : from;
  return (
    files.has(to) &&
    (anchor === undefined || anchorsOf(pages.get(to) ?? '').includes(anchor))
  );
}

test('links lead to what is under docs, or are whole addresses', () => {
  const dead = [...pages].flatMap(([from, text]) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link)
      .filter(link => !/^[a-z]+:/.test(link) && !leads(from, link))
      .map(link => `${from}: ${link}`),
  );
  assert.deepEqual(dead, []);
});
