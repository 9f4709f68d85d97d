import { testCluster } from './__fixtures__/side';
import { sweepProofPods } from './sweep';

describe('sweepProofPods', () => {
  const at = (ageMs: number) => new Date(Date.now() - ageMs).toISOString();
  const naming = { namespacePrefix: 'web-tenant-', kvPrefix: 'web-tenant-' };

  it('removes what is old of every tenant and of the platform’s own, and no more', async () => {
    const deleted: string[] = [];
    const selectors = new Set<string>();
    const kubernetes = {
      list: async ({ kind, namespace }: any, { labelSelector }: any) => {
        if (kind === 'Namespace') {
          return {
            items: ['acme', 'gone'].map(n => ({
              metadata: { name: `web-tenant-${n}` },
            })),
          };
        }
        selectors.add(labelSelector);
        if (namespace === 'web-tenant-gone') {
          throw Object.assign(new Error('forbidden'), { status: 403 });
        }
        return {
          items: [
            { metadata: { name: 'old', creationTimestamp: at(90_000) } },
            { metadata: { name: 'new', creationTimestamp: at(1_000) } },
          ],
        };
      },
      delete: async ({ kind, namespace, name }: any) =>
        deleted.push(`${kind} ${namespace}/${name}`),
    };
    const swept = await sweepProofPods(
      testCluster(undefined, { kubernetes }),
      { naming },
      60_000,
    );
    expect(deleted).toEqual(swept.map(name => `Pod ${name}`));
    expect(swept.sort()).toEqual([
      'web-tenant-acme/old',
      'web-tenant-canary/old',
      'web-tenant-drill-a/old',
      'web-tenant-drill-b/old',
      'web-tenant-ram/old',
    ]);
    expect([...selectors]).toEqual(['threewalls.io/proof']);
  });

  it('does not hide what went wrong', async () => {
    const kubernetes = {
      list: async ({ kind }: any) => {
        if (kind === 'Namespace') {
          return { items: [] };
        }
        throw new Error('no answer');
      },
    };
    await expect(
      sweepProofPods(testCluster(undefined, { kubernetes }), { naming }, 0),
    ).rejects.toThrow('no answer');
  });
});
