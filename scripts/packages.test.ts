import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packedPackages, packPackages } from './lib/packages.ts';
import { root } from './lib/run.ts';

// What would be published, looked at as a stranger gets it: the tarballs themselves.

/** In every package; `dist` besides, of which only what builds made is let in. */
const ALWAYS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

/** Lists what packages hold beyond that, between two marks. */
const DOC = join(root, 'docs', 'install.md');
const LIST = /(?<=<!-- packed -->\n)[^]*?(?=<!-- \/packed -->)/;

/** What builds make. */
const BUILT =
  /^dist\/.+(\.cjs\.js|\.esm\.js|\.css\.esm\.js|\.css|\.d\.ts|\.map|\.yaml)$/;
const OF_TESTS = /\.test\.|__|mock/i;

const { publint } = await import('publint');
const { formatMessage } = await import('publint/utils');
await packPackages();
const packages = packedPackages();
// What backstage-cli writes into every package, such as `import` before `types`.
const ofBackstage = new Set<string>();
for (const name of ['plugin-org', 'catalog-model', 'plugin-catalog-backend']) {
  const pkgDir = join(root, 'node_modules', '@backstage', name);
  const { messages } = await publint({ pkgDir, pack: false });
  messages.forEach(({ code }) => ofBackstage.add(code));
}
const folder = await mkdtemp(join(tmpdir(), 'threewalls-packages-'));
after(() => rm(folder, { recursive: true, force: true }));

/** Lines of that list. */
const listed: string[] = [];

for (const { name, folder: short, tarball } of packages) {
  const pkgDir = join(folder, short, 'package');
  execFileSync('mkdir', ['-p', join(folder, short)]);
  execFileSync('tar', ['xzf', tarball, '-C', join(folder, short)]);
  const files = globSync('**', { cwd: pkgDir, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(pkgDir.length + 1));
  const manifest = JSON.parse(
    readFileSync(join(pkgDir, 'package.json'), 'utf8'),
  );

  describe(name, () => {
    it('holds its files, and no others', () => {
      const others = files.filter(file => !BUILT.test(file));
      assert.deepEqual(
        ALWAYS.filter(file => !others.includes(file)),
        [],
        'not packed',
      );
      const code = (texts: string[]) =>
        texts.map(text => `\`${text}\``).join(', ');
      const also = others.filter(file => !ALWAYS.includes(file)).sort();
      listed.push(
        `- **${name}** (${code(Object.keys(manifest.exports))}): ${
          code(also) || 'nothing else'
        }\n`,
      );
      assert.deepEqual(
        files.filter(file => OF_TESTS.test(file)),
        [],
        'only for tests',
      );
    });

    it('says what it is, and where from', () => {
      const { engines, license, author, bugs, keywords, repository } = manifest;
      assert.deepEqual(
        { engines, license, author, bugs, directory: repository.directory },
        {
          engines: { node: '22 || 24' },
          license: 'Apache-2.0',
          author: 'The Threewalls authors',
          bugs: { url: 'https://github.com/threewalls/threewalls/issues' },
          directory: `plugins/${short}`,
        },
      );
      assert.ok(keywords.includes('backstage'));
    });

    it('depends on what it imports, and on nothing else', () => {
      const imported = importsOf(pkgDir, files);
      const own = globSync(`plugins/${short}/src/**/*.{ts,tsx}`, { cwd: root });
      const used = importsOf(
        root,
        own.filter(file => !OF_TESTS.test(file)),
      );
      const declared = [
        ...Object.keys(manifest.dependencies),
        ...Object.keys(manifest.peerDependencies ?? {}),
      ];
      assert.deepEqual(
        imported.filter(dependency => !declared.includes(dependency)),
        [],
        'imported and not declared',
      );
      assert.deepEqual(
        Object.keys(manifest.dependencies).filter(
          dependency => !imported.concat(used).includes(dependency),
        ),
        [],
        'declared and not imported',
      );
      assert.doesNotMatch(
        JSON.stringify(manifest.dependencies),
        /workspace:|file:/,
      );
    });

    it('passes publint', async () => {
      const { messages } = await publint({ pkgDir, pack: false });
      assert.deepEqual(
        messages
          .filter(({ code }) => !ofBackstage.has(code))
          .map(message => formatMessage(message, manifest)),
        [],
      );
    });
  });
}

it('are all listed in docs/install.md; UPDATE_DOCS=1 writes it anew', async () => {
  const list = listed.sort().join('');
  const text = readFileSync(DOC, 'utf8');
  const wanted = execFileSync(
    join(root, 'node_modules', '.bin', 'prettier'),
    ['--stdin-filepath', DOC],
    { input: text.replace(LIST, () => `\n${list}\n`), encoding: 'utf8' },
  );
  if (process.env.UPDATE_DOCS) {
    writeFileSync(DOC, wanted);
  }
  assert.equal(readFileSync(DOC, 'utf8'), wanted);
});

/** The packages that the built files name. */
function importsOf(pkgDir: string, files: string[]): string[] {
  const specifiers = files
    .filter(file => /\.(js|tsx?)$/.test(file))
    .flatMap(file =>
      [
        ...readFileSync(join(pkgDir, file), 'utf8').matchAll(
          /(?:from |import |import\(|require\()['"]([@\w][\w@/.:-]*)['"]/g,
        ),
      ].map(([, specifier]) => specifier),
    );
  const names = specifiers.map(
    specifier => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0],
  );
  return [...new Set(names)].filter(
    name =>
      name !== 'react/jsx-runtime' &&
      !name.startsWith('node:') &&
      !builtinModules.includes(name),
  );
}
