import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import { testCluster, testSide } from '../__fixtures__/side';
import { PlannedCheck, planChecks } from './checks';
import { tenantParty } from '../round/facts';
import { Attempt, Side } from '../types';

const ROOT = resolve(__dirname, '../../../../..');
const DOCUMENT = join(ROOT, 'docs/checks.md');

const INTRODUCTION = `
# What is tried

Every check that a proof makes of a tenant, in its words: made from the catalogue in
[tenants-node/src/prove/checks](https://github.com/threewalls/threewalls/tree/main/plugins/tenants-node/src/prove/checks), by a test that fails when this page falls behind. The
examples are of a tenant \`acme\` with a neighbour \`globex\`, Cilium, an allowed host, a sandbox and dedicated nodes.

A **control** has to succeed, or its wall is unproven. A **barrier** has to be refused in just that way, or its wall is
breached; any other answer proves nothing. What no check covers stands in the [threat model](threat-model.md).

A control that has nothing to try is left out, and the receipt says why. \`net.own-node\` is left out where a proof pod finds no room
on n8n's node, for \`proofs.maxAge\` (times the nodes that n8n runs on): after that the network wall is unproven until one does.
`;

/** A pair in which every check has something to try. */
function richSide(): Side {
  const side = testSide();
  const platform = testPlatform({
    network: { provider: 'cilium' },
    n8n: {
      runtimeClassName: 'gvisor',
      nodeSelector: { pool: 'tenants' },
    },
  });
  const plan = planTenant(
    testSpec({
      name: 'acme',
      egress: { hosts: ['api.saas.test'], cidrs: [] },
    }),
    platform,
  );
  const { pods, nodes } = side.tenant;
  return {
    ...side,
    cluster: testCluster(platform.clusters[0]),
    tenant: { ...side.tenant, ...tenantParty(plan), pods, nodes },
  };
}

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;

const BY: Record<Attempt['by'], string> = {
  tenant: "the tenant's pod",
  neighbour: "the neighbour's pod",
  ram: "the canary's test client",
  kubernetes: 'the portal, asking the API server',
  vault: 'the portal, asking Vault',
};

function row({ check, attempts }: PlannedCheck): string {
  const [{ by, request, expected }] = attempts;
  // A whole pod does not fit into a row.
  const brief = request.replace(/(\(server-side dry run\)).*/, '$1');
  const more = attempts.length > 1 ? ` and ${attempts.length - 1} more` : '';
  return `| ${[
    code(check.id),
    check.kind,
    `${check.title}. ${check.why}`,
    BY[by],
    `${code(brief)}${more}`,
    expected,
  ].join(' | ')} |`;
}

function catalogue(): string {
  const planned = planChecks(richSide());
  const parts = ['network', 'secret', 'resource'].map(wall => {
    const rows = planned.filter(({ check }) => check.wall === wall).map(row);
    return `## The ${wall} wall\n
| check | kind | what it shows, and why | by | tries | expects |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}\n`;
  });
  return `${INTRODUCTION.trim()}\n\n${parts.join('\n')}`;
}

describe('the page of checks', () => {
  it('is what the catalogue says; UPDATE_DOCS=1 writes it anew', () => {
    const text = catalogue();
    if (process.env.UPDATE_DOCS) {
      writeFileSync(DOCUMENT, text);
    }
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text);
  });
});

describe('what names a check', () => {
  const pages = readdirSync(join(ROOT, 'docs'))
    .filter(file => file.endsWith('.md') && file !== 'mutations.md')
    .map(file => `docs/${file}`);

  it.each([...pages, 'plugins/tenants/src/__fixtures__/receipts.ts'])(
    '%s names none that is not made',
    file => {
      const known = planChecks(richSide()).map(({ check }) => check.id);
      const text = readFileSync(join(ROOT, file), 'utf8');
      const named = text.match(/(?<=[`'])(?:net|sec|res)\.[a-z-]+(?=[`'])/g);
      expect(known).toEqual(expect.arrayContaining(named ?? []));
    },
  );
});
