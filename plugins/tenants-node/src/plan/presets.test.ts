import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { changes } from '../__fixtures__/changes';
import { tenantPlan } from '../__fixtures__/plan';
import { clusterConfig, testProfile } from '../__fixtures__/platform';
import { PRESETS } from '../config/presets';
import { podManifest } from '../prove/pod/manifest';

const PRESET_NAMES = Object.keys(PRESETS);

/** What a preset can change: the policies, the pods, and what a denial looks like. */
function shown(config: Record<string, unknown>) {
  const { plan, find } = tenantPlan(config);
  const profile = testProfile(config);
  const proof = podManifest({
    role: 'proof',
    plan,
    cluster: profile,
    nonce: 'n0nce',
    tasks: [],
  });
  const { nodeSelector, securityContext } =
    find('Deployment').spec.template.spec;
  return {
    denial: profile.network.denial,
    policy: find('NetworkPolicy')?.spec,
    cilium: find('CiliumNetworkPolicy')?.spec,
    n8n: { nodeSelector, securityContext },
    proof: {
      annotations: proof.metadata.annotations,
      securityContext: (proof.spec as any).securityContext,
    },
  };
}

describe('presets', () => {
  it.each(PRESET_NAMES)('%s', preset => {
    const kind = shown({ preset: 'kind' });
    expect(
      preset === 'kind'
        ? stringify(kind, { lineWidth: 0 })
        : changes(kind, shown({ preset })),
    ).toMatchSnapshot();
  });

  it('are in docs/environments.md, and on the lab where that says so', () => {
    const read = (file: string) =>
      readFileSync(resolve(__dirname, '../../../..', file), 'utf8');
    const rows = [
      ...read('docs/environments.md').matchAll(
        /^\| `([-\w]+)` +\|[^|]*\| snapshot, reading(; its settings on the lab)? +\|$/gm,
      ),
    ];
    expect(rows.map(([, preset]) => preset)).toEqual(PRESET_NAMES);
    const played = read('packages/e2e/src/environments.full.test.ts');
    for (const [, preset, onLab] of rows) {
      const isPlayed = played.includes(`'${preset}'`);
      expect([preset, isPlayed]).toEqual([preset, Boolean(onLab)]);
    }
  });

  it('are under the platform’s settings, and a cluster’s own under its', () => {
    const denial = (over: object, own: object) =>
      testProfile({
        ...over,
        clusters: [clusterConfig({ name: 'a', ...own })],
      }).network.denial;
    const network = { denial: 'drop' };
    expect(denial({ preset: 'k3s' }, {})).toBe('reject');
    expect(denial({ preset: 'k3s', network }, {})).toBe('drop');
    expect(denial({ network }, { preset: 'k3s' })).toBe('reject');
    expect(denial({}, { preset: 'k3s', network })).toBe('drop');
    expect(denial({ preset: 'k3s' }, { preset: 'kind' })).toBe('drop');
    expect(() => denial({}, { preset: 'eksauto' })).toThrow(
      /a: preset is eksauto, and has to be one of eks, eks-auto, /,
    );
  });
});
