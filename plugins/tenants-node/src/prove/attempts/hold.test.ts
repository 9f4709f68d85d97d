import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { HOLD_POLICY, heldByAdmission } from './hold';

const metadata = { name: HOLD_POLICY };
const policy = { metadata, spec: { failurePolicy: 'Fail' } };
const binding = {
  metadata,
  spec: { policyName: HOLD_POLICY, validationActions: ['Deny'] },
};
const warns = {
  ...binding,
  spec: { ...binding.spec, validationActions: ['Warn'] },
};
const narrowed = {
  ...binding,
  spec: { ...binding.spec, matchResources: { namespaceSelector: {} } },
};
const ignored = { metadata, spec: { failurePolicy: 'Ignore' } };

it.each<[string, object[], object[], string]>([
  ['it denies', [policy], [binding], 'asExpected'],
  ['it is not there', [], [], 'notApplicable'],
  ['it is not bound', [policy], [], 'notApplicable'],
  ['it only warns', [policy], [warns], 'notApplicable'],
  ['it is bound for some', [policy], [narrowed], 'notApplicable'],
  ['it lets through what it fails at', [ignored], [binding], 'notApplicable'],
])('says of admission that %s', async (_, policies, bindings, outcome) => {
  const list = async ({ kind }: { kind: string }) => ({
    items: kind.endsWith('Binding') ? bindings : policies,
  });
  const found = await runAttempt(testSide(), heldByAdmission(), {
    kubernetes: { list },
  });
  expect(found.outcome).toBe(outcome);
});

it('counts for nothing where it can’t be read', async () => {
  const list = async () => {
    throw new Error('403 forbidden');
  };
  const found = await runAttempt(testSide(), heldByAdmission(), {
    kubernetes: { list },
  });
  expect([found.outcome, found.reason?.summary]).toEqual([
    'notApplicable',
    '403 forbidden',
  ]);
});
