import { Proof, Receipt } from '@threewalls/backstage-plugin-tenants-common';
import { forViewer } from './forViewer';

const platform = {
  clusters: [
    {
      proofOnly: [
        {
          name: 'flows',
          namespace: 'team-flows',
          vault: { path: 'teams/flows', role: 'flows-role' },
        },
      ],
    },
  ] as any,
  naming: { namespacePrefix: 'web-tenant-', kvPrefix: 'web-tenant-' },
  owners: { kubernetesGroup: '{{ name }}', kubernetesUser: '{{ name }}' },
};

const receipt = (over: Partial<Receipt>): Receipt => ({
  id: 'net.neighbour-service tenant connect n8n.web-tenant-globex.svc:5678',
  about: { tenant: 'globex-2', neighbour: 'globex' },
  check: 'net.neighbour-service',
  wall: 'network',
  kind: 'barrier',
  source: { type: 'pod', name: 'web-tenant-globex/threewalls-proof-1' },
  target: 'n8n.web-tenant-globex.svc:5678',
  request: 'login as tenant-globex with the token of n8n-globex',
  expected: '403',
  code: '403',
  response: 'GET secret/data/web-tenant-globex: 403',
  startedAt: '',
  durationMs: 1,
  outcome: 'asExpected',
  reason: 'web-tenant-globex said no',
  ...over,
});

const proof = (over: Partial<Proof> = {}): Proof => ({
  id: 'p',
  tenant: 'globex-2',
  state: 'done',
  trigger: 'schedule',
  startedAt: '',
  neighbour: 'globex',
  verdicts: [
    {
      wall: 'network',
      status: 'breached',
      summary: 'reached web-tenant-globex from web-tenant-globex-2',
      barriers: { counted: 1, refused: 0 },
      controls: { tried: 1, succeeded: 1 },
    },
  ],
  receipts: [receipt({})],
  ...over,
});

describe('a proof', () => {
  it('does not name a neighbour that its viewer may not read', () => {
    const seen = forViewer(proof(), () => false, platform);
    expect(JSON.stringify(seen)).not.toMatch(/globex(?!-2)/);
    // The tenant's own name, which begins alike, stays.
    expect(seen.verdicts[0].summary).toBe(
      'reached web-tenant-*** from web-tenant-globex-2',
    );
    expect(seen.receipts[0].request).toBe(
      'login as tenant-*** with the token of n8n-***',
    );
  });

  it.each(['globex', 'canary'])(
    'is as it is where its viewer may read the neighbour, or everybody may (%s)',
    neighbour => {
      const whole = proof({ neighbour });
      expect(forViewer(whole, name => name === 'globex', platform)).toBe(whole);
    },
  );

  it('leaves no name of one that is only proved either', () => {
    const reason = 'n8n.team-flows.svc said no';
    const seen = forViewer(
      {
        ...proof({ neighbour: 'flows' }),
        receipts: [
          receipt({ about: { tenant: 'a', neighbour: 'flows' }, reason }),
          receipt({ target: 'secret/data/teams/flows', request: 'flows-role' }),
        ],
      },
      () => false,
      platform,
    );
    expect(JSON.stringify(seen)).not.toMatch(/flows/);
  });
});
