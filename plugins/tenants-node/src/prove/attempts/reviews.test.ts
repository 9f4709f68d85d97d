import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { Attempt } from '../types';
import { group, mayNot, serviceAccount } from './reviews';

const side = testSide();
const run = (
  attempt: Attempt,
  clients: { kubernetes?: object; vault?: object },
) => runAttempt(side, attempt, clients);

describe('access reviews', () => {
  const reviewing = (allowed: (spec: any) => boolean) => {
    const asked: any[] = [];
    const create = async ({ spec }: any) => {
      asked.push(spec);
      return { status: 201, body: { status: { allowed: allowed(spec) } } };
    };
    return { asked, kubernetes: { create } };
  };

  it('ask with the groups that a review does not add by itself', async () => {
    const { asked, kubernetes } = reviewing(() => false);
    const attempt = mayNot(serviceAccount('ns', 'sa'), 'other', [
      'get,list secrets',
      'create pods/exec',
    ]);
    expect((await run(attempt, { kubernetes })).outcome).toBe('asExpected');
    expect(asked[0]).toEqual({
      user: 'system:serviceaccount:ns:sa',
      groups: [
        'system:serviceaccounts',
        'system:serviceaccounts:ns',
        'system:authenticated',
      ],
      resourceAttributes: {
        namespace: 'other',
        verb: 'get',
        resource: 'secrets',
        group: '',
      },
    });
    expect(asked[2].resourceAttributes).toEqual({
      namespace: 'other',
      verb: 'create',
      resource: 'pods',
      subresource: 'exec',
      group: '',
    });
  });

  it('name what is allowed', async () => {
    const { kubernetes } = reviewing(
      spec => spec.resourceAttributes.group === 'external-secrets.io',
    );
    const attempt = mayNot(group('owners'), 'ns', [
      'create pods',
      'create secretstores.external-secrets.io',
    ]);
    expect(await run(attempt, { kubernetes })).toEqual(
      expect.objectContaining({
        outcome: 'breached',
        response: 'allowed: create secretstores.external-secrets.io',
      }),
    );
  });
});
