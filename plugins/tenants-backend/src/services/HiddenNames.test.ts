import { hiding } from './HiddenNames';

const vault = { path: 'teams/flows', role: 'flows-role' };
const platform = {
  clusters: [
    { proofOnly: [{ name: 'flows', namespace: 'team-flows', vault }] },
    { proofOnly: [{ name: 'seen', namespace: 'team-seen' }] },
  ] as any,
  naming: { namespacePrefix: 'web-tenant-', kvPrefix: 'kv/of-' },
  owners: { kubernetesGroup: '{{ name }}', kubernetesUser: '{{ name }}' },
};

describe('names that are hidden', () => {
  const hide = hiding(new Set(['globex', 'umbrella-2', 'flows']), platform);

  it.each([
    ['n8n.web-tenant-globex.svc:5678', 'n8n.web-tenant-***.svc:5678'],
    ['GET secret/data/kv/of-umbrella-2: 403', 'GET secret/data/kv/of-***: 403'],
    [
      'login as tenant-globex with the token of n8n-globex',
      'login as tenant-*** with the token of n8n-***',
    ],
    [
      'GET secret/data/teams/flows as flows-role by n8n.team-flows.svc, not n8n.team-seen.svc',
      'GET secret/data/*** as *** by n8n.***.svc, not n8n.team-seen.svc',
    ],
    [
      'system:serviceaccount:web-tenant-globex:default by Role web-tenant-umbrella-2/x',
      'system:serviceaccount:web-tenant-***:default by Role web-tenant-***/x',
    ],
  ])('are so by every name that they go by: %s', (text, shown) => {
    expect(hide(text)).toBe(shown);
  });

  it.each([
    'web-tenant-globex-2 reached web-tenant-umbrella, tenant-quota and n8n-data',
    'my-web-tenant-globex, group globex',
  ])('are no others, though they begin or end alike: %s', text => {
    expect(hide(text)).toBe(text);
  });

  it('are so in every field of a value', () => {
    const value = {
      neighbour: 'globex',
      tenant: 'acme',
      receipts: [{ about: { neighbour: 'globex', tenant: 'acme' }, code: 3 }],
      verdicts: [
        {
          summary: 'by web-tenant-globex',
          wording: {
            code: 'inDoubt',
            values: { first: 'by web-tenant-globex', more: 2 },
          },
        },
      ],
      none: undefined,
      progress: null,
    };
    expect(hide(value)).toEqual({
      ...value,
      neighbour: '***',
      receipts: [{ about: { neighbour: '***', tenant: 'acme' }, code: 3 }],
      verdicts: [
        {
          summary: 'by web-tenant-***',
          wording: {
            code: 'inDoubt',
            values: { first: 'by web-tenant-***', more: 2 },
          },
        },
      ],
    });
    expect(hiding(new Set(), platform)(value)).toBe(value);
    expect(hide({ neighbour: 'canary' })).toEqual({ neighbour: 'canary' });
  });
});
