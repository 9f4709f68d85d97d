import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import {
  capabilitiesAre,
  denied,
  allowed,
  loginRefused,
  policiesAre,
  reached,
  vaultAnswers,
  vaultForbids,
} from './expectations';
import { Expectation } from '../types';

const DENIED = '1 error occurred:\n\t* permission denied';
const audience = loginRefused(/audience/, 'invalid audience');
const deny = capabilitiesAre({ 'secret/data/x': ['deny'] });
const own = capabilitiesAre({ 'secret/data/me': ['read'] });
const policies = policiesAre(['tenant-acme', 'default']);

const dropped = denied('drop');
const rejected = denied('reject');

const rows: [string, Outcome, Expectation, answer: string][] = [
  ['a connect', 'asExpected', reached, 'OK'],
  ['a connect that times out', 'failed', reached, 'TIMEOUT'],
  ['a connect without a name', 'failed', reached, 'DNS ENOTFOUND'],
  [
    'an allowed port that nobody serves',
    'asExpected',
    allowed('drop'),
    'REFUSED',
  ],
  [
    'an allowed destination that is dropped',
    'failed',
    allowed('drop'),
    'TIMEOUT',
  ],
  [
    'an allowed destination that is rejected',
    'failed',
    allowed('reject'),
    'REFUSED',
  ],
  ['a drop', 'asExpected', dropped, 'TIMEOUT'],
  ['a connect through the wall', 'breached', dropped, 'OK'],
  ['a reject where drops deny', 'inconclusive', dropped, 'REFUSED'],
  ['no route where drops deny', 'inconclusive', dropped, 'UNREACHABLE'],
  ['no name where drops deny', 'inconclusive', dropped, 'DNS'],
  [
    'another failure where drops deny',
    'inconclusive',
    dropped,
    'OTHER ECONNRESET',
  ],
  ['a fault of the harness', 'inconclusive', dropped, 'HARNESS oops'],
  ['a reject', 'asExpected', rejected, 'REFUSED'],
  ['a drop where rejects deny', 'inconclusive', rejected, 'TIMEOUT'],
  ['a connect where rejects deny', 'breached', rejected, 'OK'],
  ['an answer of Vault', 'asExpected', vaultAnswers, '200'],
  ['a sealed Vault', 'failed', vaultAnswers, '503 Vault is sealed'],
  ['no Vault', 'failed', vaultAnswers, 'TIMEOUT'],
  ['a refusal', 'asExpected', vaultForbids, `403 ${DENIED}`],
  [
    'a refusal of a bad token',
    'inconclusive',
    vaultForbids,
    '403 2 errors occurred:\n\t* permission denied\n\t* invalid token',
  ],
  ['another tenant’s value', 'breached', vaultForbids, '200'],
  ['nothing there, but allowed to look', 'breached', vaultForbids, '404'],
  [
    'a sealed Vault that should refuse',
    'inconclusive',
    vaultForbids,
    '503 Vault is sealed',
  ],
  ['no token to try with', 'inconclusive', vaultForbids, 'NO-TOKEN no login'],
  [
    'a login that is refused',
    'asExpected',
    audience,
    '403 invalid audience (aud) claim',
  ],
  [
    'a login that is refused for another reason',
    'inconclusive',
    audience,
    '403 permission denied',
  ],
  ['a login that gets through', 'breached', audience, '200 []'],
  [
    'a login to a role that is not there',
    'inconclusive',
    audience,
    '400 invalid role name',
  ],
  ['its own policy', 'asExpected', policies, '200 ["default","tenant-acme"]'],
  [
    'one policy more',
    'breached',
    policies,
    '200 ["default","tenant-acme","tenant-globex"]',
  ],
  ['no login', 'inconclusive', policies, '403 permission denied'],
  ['no capability', 'asExpected', deny, '200 {"secret/data/x":["deny"]}'],
  ['a capability', 'breached', deny, '200 {"secret/data/x":["list","read"]}'],
  ['no word of the path', 'inconclusive', deny, '200 {}'],
  ['no JSON', 'inconclusive', deny, '200 oops'],
  ['no answer about capabilities', 'inconclusive', deny, '503'],
  [
    'read on its own path',
    'asExpected',
    own,
    '200 {"secret/data/me":["read"]}',
  ],
  [
    'more than read on its own path',
    'breached',
    own,
    '200 {"secret/data/me":["read","update"]}',
  ],
];

describe('expectations', () => {
  it.each(rows)('%s', (_, outcome, expectation, said) => {
    const [, code, response] = /^(\S+) ?(.*)$/s.exec(said)!;
    const answer = { code, response, startedAt: '', durationMs: 1 };
    expect(expectation.judge(answer).outcome).toBe(outcome);
  });
});
