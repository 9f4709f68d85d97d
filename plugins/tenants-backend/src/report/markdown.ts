import {
  CheckKind,
  markdown,
  markdownFence,
  markdownRow,
  Outcome,
  Proof,
  ProverState,
  Receipt,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { CHECKS } from '@threewalls/backstage-plugin-tenants-node';
import { PlatformVersions } from '../services/versions';
import { TenantReport } from './report';

const KINDS: Record<CheckKind, string> = {
  control: 'baseline',
  barrier: 'attack',
};

const OUTCOMES: Record<Outcome, string> = {
  asExpected: 'as expected',
  breached: 'breached',
  failed: 'failed',
  inconclusive: 'inconclusive',
  notApplicable: 'not applicable',
};

/** A report as Markdown: verdicts, each attempt with its answer, what is not covered. */
export function toMarkdown(report: TenantReport): string {
  const { tenant, proof } = report;
  const lines = [
    markdown`# Isolation report: ${tenant.name}`,
    '',
    markdown`- Cluster: ${tenant.cluster}, namespace ${tenant.namespace}`,
    markdown`- Owner: ${tenant.owner}`,
    markdown`- Size: ${tenant.spec.size}`,
    markdown`- Created: ${report.generatedAt}`,
    ...(proof ? proofLines(proof) : ['- Proof: none yet']),
    '',
    '## Verdicts',
    '',
    '| Wall | Status | Summary |',
    '| --- | --- | --- |',
    ...tenant.walls.map(wall =>
      markdownRow([
        wall.wall,
        `${wall.status}${wall.stale ? ' (stale)' : ''}`,
        wall.summary,
      ]),
    ),
    '',
    'A wall holds when every baseline check passed and every attack was blocked in the way that shows that this wall blocked it. It is breached when an attack got through, and unproven otherwise.',
    '',
    '## The prover',
    '',
    ...proverLines(tenant.prover),
    ...(proof ? WALLS.flatMap(wall => wallLines(proof, wall)) : []),
    '',
    '## Versions',
    '',
    'As read when this report was created. What the portal may not read is not readable, and not guessed.',
    '',
    ...versionLines(report.versions),
    '',
    '## Not covered',
    '',
    ...report.notCovered.map(text => markdown`- ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether the proofs themselves were seen to find what is broken. */
function proverLines({
  caughtAt,
  lastDrill,
  problem,
}: ProverState = {}): string[] {
  return [
    'Proofs are tested, too: the portal breaks each wall of a pair of its own, in a way chosen at random, and its proofs have to find it.',
    '',
    caughtAt
      ? markdown`- The prover last caught a breach that was made on purpose at ${caughtAt}`
      : '- The prover has not been tried on a breach yet',
    ...(problem ? [markdown`- No wall can be shown to hold: ${problem}`] : []),
    ...(lastDrill?.walls ?? []).map(
      ({ wall, way, caughtAfterMs, problem: missed }) =>
        markdown`- Last drill, ${wall} wall: ${way}: ${
          caughtAfterMs === undefined
            ? missed ?? 'not found'
            : `found after ${(caughtAfterMs / 1000).toFixed(1)} s`
        }`,
    ),
  ];
}

function versionLines(versions: PlatformVersions): string[] {
  const { kubernetes, cilium, vault, externalSecrets, portal } = versions;
  return [
    markdown`- Kubernetes: ${kubernetes}`,
    ...(cilium ? [markdown`- Cilium: ${cilium}`] : []),
    markdown`- Vault: ${vault}`,
    markdown`- External Secrets: ${externalSecrets}`,
    markdown`- Threewalls: ${portal}`,
  ];
}

function proofLines(proof: Proof): string[] {
  return [
    markdown`- Proof: ${proof.id}, started ${proof.startedAt}${
      proof.finishedAt ? `, ended ${proof.finishedAt}` : ''
    } (trigger: ${proof.trigger})`,
    ...(proof.neighbour ? [markdown`- Neighbour: ${proof.neighbour}`] : []),
    ...(proof.timeToEnforceMs === undefined
      ? []
      : [markdown`- Time to enforce: ${proof.timeToEnforceMs} ms`]),
  ];
}

function wallLines(proof: Proof, wall: string): string[] {
  const receipts = proof.receipts.filter(receipt => receipt.wall === wall);
  return [
    '',
    markdown`## ${wall[0].toUpperCase()}${wall.slice(1)} wall`,
    '',
    ...(receipts.length ? receipts.flatMap(receiptLines) : ['No receipts.']),
  ];
}

function receiptLines(receipt: Receipt): string[] {
  const { check, kind, source, about, outcome } = receipt;
  const title = CHECKS.find(({ id }) => id === check)?.title ?? check;
  return [
    markdown`### ${title}: ${OUTCOMES[outcome]}`,
    '',
    markdown`- Check: ${check} (${KINDS[kind]})`,
    markdown`- From: ${source.type} ${source.name}${
      source.uid ? ` (UID ${source.uid})` : ''
    }${about.node ? `, node ${about.node}` : ''}`,
    markdown`- Target: ${receipt.target}`,
    markdown`- Expected: ${receipt.expected}`,
    markdown`- Result: ${receipt.code} after ${receipt.durationMs} ms, ${receipt.startedAt}`,
    ...(receipt.reason ? [markdown`- Reason: ${receipt.reason}`] : []),
    '',
    'Request:',
    '',
    ...markdownFence(receipt.request),
    '',
    'Response:',
    '',
    ...markdownFence(receipt.response),
    '',
    '',
  ];
}
