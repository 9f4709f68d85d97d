import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseDocument } from 'yaml';
import { buildHelm } from '../../packages/lab/src/build/helm.ts';
import { root } from './run.ts';

const run = promisify(execFile);

/** Where deploy/ is, which the package of the back end is published with. */
export const DEPLOY = join(root, 'plugins', 'tenants-backend', 'deploy');
export const CHART = join(DEPLOY, 'chart');

const HEADER = '# Rendered from chart/ with its own values: change it there.';
/** Files that are not where their templates' names say. */
const ELSEWHERE: Record<string, string> = {
  'hold.yaml': 'kubernetes-hold.yaml',
  'versions.yaml': 'kubernetes-versions.yaml',
};

/** Runs the real Helm on the chart, with values over its own. */
export async function helm(
  command: string[],
  values: object = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    // JSON is YAML too.
    await writeFile(file, JSON.stringify(values));
    const { stdout } = await run(
      await buildHelm(),
      [...command, CHART, '--values', file],
      // Nothing of whoever runs this.
      { env: { PATH: process.env.PATH, HOME: folder } },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the chart says for these values, by its file under deploy/. */
export async function render(
  values: object = {},
): Promise<Record<string, string>> {
  const text = await helm(['template', 'threewalls'], values);
  const files: Record<string, string> = {};
  for (const part of text.split(/^---$/m)) {
    const [, template, document] =
      /^\s*# Source: threewalls\/templates\/(.*)\n([^]*)$/.exec(part) ?? [];
    if (template === 'vault-policies.yaml') {
      const { data } = parseDocument(document).toJS();
      for (const [name, policy] of Object.entries<string>(data)) {
        files[`vault/${name}`] = policy;
      }
    } else if (template) {
      const file = ELSEWHERE[template] ?? `kubernetes/${template}`;
      files[file] = `${files[file] ?? `${HEADER}\n`}---\n${document.trim()}\n`;
    }
  }
  return files;
}

/** What is checked in: with a policy for each tenant, and with one for all. */
export async function renderDeploy(): Promise<Record<string, string>> {
  const own = await render({ hold: { enabled: true } });
  const templated = await render({
    vault: { policies: 'templated', authAccessor: 'ACCESSOR' },
  });
  return {
    ...own,
    'vault/threewalls-portal-templated.hcl':
      templated['vault/threewalls-portal.hcl'],
    'vault/threewalls-tenant.hcl': templated['vault/threewalls-tenant.hcl'],
  };
}
