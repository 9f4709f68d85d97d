import { Proof } from '@threewalls/backstage-plugin-tenants-common';
import { testReceipt } from '../__testUtils__/testResult';
import { toMarkdown } from './markdown';
import { TenantReport } from './report';

/** What a customer could put where its words end up. */
const HOSTILE =
  'a | b\n# c `d` [x](javascript:alert(1)) <img src=x onerror=alert(1)>';
const ESCAPED =
  'a \\| b # c \\`d\\` \\[x\\](javascript:alert(1)) \\<img src=x onerror=alert(1)>';

describe('toMarkdown', () => {
  it('lets no word of others be markup', () => {
    const receipt = testReceipt({
      check: HOSTILE,
      target: HOSTILE,
      expected: HOSTILE,
      code: HOSTILE,
      reason: HOSTILE,
      source: { type: 'pod', name: HOSTILE, uid: HOSTILE },
      about: { tenant: 'acme', node: HOSTILE },
      request: 'a',
      response: 'b',
    });
    const versions = ['kubernetes', 'cilium', 'vault', 'externalSecrets'].map(
      part => [part, HOSTILE],
    );
    const text = toMarkdown({
      generatedAt: '2026-11-24T08:00:00.000Z',
      tenant: {
        name: HOSTILE,
        cluster: HOSTILE,
        namespace: HOSTILE,
        owner: HOSTILE,
        spec: { size: HOSTILE },
        walls: [{ wall: 'network', status: 'holds', summary: HOSTILE }],
        prover: {
          problem: HOSTILE,
          lastDrill: {
            walls: [{ wall: 'network', way: HOSTILE, problem: HOSTILE }],
          },
        },
      },
      proof: {
        id: 'p',
        startedAt: '2026-11-24T08:00:00.000Z',
        trigger: 'user',
        neighbour: HOSTILE,
        receipts: [receipt],
      } as unknown as Proof,
      versions: { ...Object.fromEntries(versions), portal: HOSTILE },
      notCovered: [HOSTILE],
    } as unknown as TenantReport);
    expect(text).toContain(`| network | holds | ${ESCAPED} |`);
    expect(text.replaceAll(ESCAPED, '')).not.toMatch(/javascript|<img/);
  });

  it('keeps answers letter by letter, in a fence that they can’t close', () => {
    const response = `\`\`\`\n${HOSTILE}`;
    const text = toMarkdown({
      generatedAt: '',
      tenant: { spec: {}, walls: [] },
      proof: { receipts: [testReceipt({ response })] },
      versions: {},
      notCovered: [],
    } as unknown as TenantReport);
    expect(text).toContain(`\n\`\`\`\`\n${response}\n\`\`\`\`\n`);
  });
});
