import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labRoot, repoRoot } from './paths.ts';
import { GO_MODULES, HELM } from './build/parts.ts';
import {
  GO_PARTS,
  IMAGES,
  PUBLIC_CRDS,
  PUBLIC_IMAGES,
  VERSIONS,
} from './versions.ts';

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

test('what a cluster without the lab gets is of the versions that the lab has', () => {
  const { vault, externalSecrets, n8n } = PUBLIC_IMAGES;
  const digest = '@sha256:[0-9a-f]{64}$';
  const exactly = (version: string) => version.replaceAll('.', '\\.');
  assert.match(
    vault,
    new RegExp(
      `^docker.io/hashicorp/vault:${exactly(VERSIONS.vault)}${digest}`,
    ),
  );
  // No digest of it is on record.
  assert.equal(
    externalSecrets,
    `ghcr.io/external-secrets/external-secrets:v${VERSIONS.externalSecrets}`,
  );
  assert.ok(PUBLIC_CRDS.url.includes(`/v${VERSIONS.externalSecrets}/`));
  // A later patch of the same release.
  const [major, minor] = VERSIONS.n8n.split('.');
  assert.match(
    n8n,
    new RegExp(`^docker.io/n8nio/n8n:${major}\\.${minor}\\.\\d+${digest}`),
  );
});
