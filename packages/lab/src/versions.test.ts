import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labRoot, repoRoot } from './paths.ts';
import { GO_MODULES, HELM } from './build/parts.ts';
import { GO_PARTS, IMAGES, VERSIONS } from './versions.ts';

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

test('every image that a manifest or the config of the lab names is one that is built', () => {
  const files = [
    ...globSync('manifests/*.yaml', { cwd: labRoot }).map(f =>
      join(labRoot, f),
    ),
    join(repoRoot, 'app-config.lab.yaml'),
  ];
  const named = files.flatMap(
    file => read(file).match(/threewalls\.local\/[^\s'"]+/g) ?? [],
  );
  assert.ok(named.length > 3);
  const built: string[] = Object.values(IMAGES);
  for (const image of named) assert.ok(built.includes(image), image);
});

test('what is compiled is of the version that is shown', () => {
  for (const { module, version } of GO_PARTS) {
    const found = [...GO_MODULES, HELM].map(({ id }) =>
      read(labRoot, 'go', id, 'go.mod'),
    );
    const line = new RegExp(`^(\\t|require )${module} v${version}$`, 'm');
    assert.ok(
      found.some(mod => line.test(mod)),
      module,
    );
  }
  const n8n = JSON.parse(read(labRoot, 'n8n', 'package.json'));
  assert.equal(n8n.dependencies.n8n, VERSIONS.n8n);
});
