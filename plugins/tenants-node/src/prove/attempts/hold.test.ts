import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { heldByAdmission } from './hold';

const DEPLOYED = join(__dirname, '../../../../../deploy/kubernetes-hold.yaml');
const [policy, binding] = parseAllDocuments(readFileSync(DEPLOYED, 'utf8')).map(
  document => document.toJS(),
);

/** One of the two, with some of its spec otherwise. */
const having = (object: any, spec: object) => ({
  ...object,
  spec: { ...object.spec, ...spec },
});
/** The policy with a text of its conditions otherwise. */
const saying = (from: string, to: string) =>
  JSON.parse(JSON.stringify(policy).replaceAll(from, to));
const condition = (expression: string) => [
  ...policy.spec.matchConditions,
  { name: 'more', expression },
];
const constraints = (rest: object) => ({
  matchConstraints: { ...policy.spec.matchConstraints, ...rest },
});
const rules: any[] = policy.spec.matchConstraints.resourceRules;

/** As the API server gives it back, with its defaults. */
const stored = having(
  policy,
  constraints({
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    resourceRules: rules.map(rule => ({ ...rule, scope: '*' })),
  }),
);
const GROUP = 'threewalls-break-glass';

it.each<[string, object[], object[], string]>([
  ['it denies', [policy], [binding], 'asExpected'],
  ['it denies, with defaults', [stored], [binding], 'asExpected'],
  [
    'it denies for another group',
    [saying(GROUP, 'admins')],
    [binding],
    'asExpected',
  ],
  [
    'it denies and audits',
    [policy],
    [having(binding, { validationActions: ['Deny', 'Audit'] })],
    'asExpected',
  ],
  ['it is not there', [], [], 'notApplicable'],
  ['it is not bound', [policy], [], 'notApplicable'],
  ...Object.entries({
    'it only warns': { validationActions: ['Warn'] },
    'it is bound for some': { matchResources: { namespaceSelector: {} } },
    'it is bound with a parameter': { paramRef: { name: 'x' } },
    'another is bound': { policyName: 'another' },
  }).map(([title, spec]): [string, object[], object[], string] => [
    title,
    [policy],
    [having(binding, spec)],
    'notApplicable',
  ]),
  ...Object.entries({
    'it lets through what it fails at': { failurePolicy: 'Ignore' },
    'it refuses nothing': { validations: [] },
    'it refuses what nobody asks': { validations: [{ expression: 'true' }] },
    'it is for nobody': { matchConditions: condition('false') },
    'it takes a parameter': { paramKind: { apiVersion: 'v1', kind: 'Secret' } },
    'it reads labels otherwise': { variables: [] },
    'it is for one namespace': constraints({
      namespaceSelector: { matchLabels: { a: 'b' } },
    }),
    'it is for one label more': constraints({
      objectSelector: { matchLabels: { a: 'b' } },
    }),
    'it is for exact versions': constraints({ matchPolicy: 'Exact' }),
    'it is for one kind less': constraints({ resourceRules: rules.slice(1) }),
    'it is for the cluster’s own': constraints({
      resourceRules: rules.map(rule => ({ ...rule, scope: 'Cluster' })),
    }),
    'it excludes a kind': constraints({ excludeResourceRules: rules }),
  }).map(([title, spec]): [string, object[], object[], string] => [
    title,
    [having(policy, spec)],
    [binding],
    'notApplicable',
  ]),
  ...[
    [GROUP, 'system:authenticated'],
    [GROUP, 'system:serviceaccounts:ci'],
    ['threewalls-system:threewalls-portal', 'ci:deployer'],
  ].map(([from, to]): [string, object[], object[], string] => [
    `it lets ${to} through`,
    [saying(from, to)],
    [binding],
    'notApplicable',
  ]),
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
