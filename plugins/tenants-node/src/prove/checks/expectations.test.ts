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

const rows: [string, Expectation, string, string, Outcome][] = [
  ['a connect', reached, 'OK', '', 'asExpected'],
  ['a connect that times out', reached, 'TIMEOUT', '', 'failed'],
  ['a connect without a name', reached, 'DNS', 'ENOTFOUND', 'failed'],
  [
    'an allowed port that nobody serves',
    allowed('drop'),
    'REFUSED',
    '',
    'asExpected',
  ],
  [
    'an allowed destination that is dropped',
    allowed('drop'),
    'TIMEOUT',
    '',
    'failed',
  ],
  [
    'an allowed destination that is rejected',
    allowed('reject'),
    'REFUSED',
    '',
    'failed',
  ],
  ['a drop', denied('drop'), 'TIMEOUT', '', 'asExpected'],
  ['a connect through the wall', denied('drop'), 'OK', '', 'breached'],
  ['a reject where drops deny', denied('drop'), 'REFUSED', '', 'inconclusive'],
  [
    'no route where drops deny',
    denied('drop'),
    'UNREACHABLE',
    '',
    'inconclusive',
  ],
  ['no name where drops deny', denied('drop'), 'DNS', '', 'inconclusive'],
  [
    'another failure where drops deny',
    denied('drop'),
    'OTHER',
    'ECONNRESET',
    'inconclusive',
  ],
  ['a fault of the harness', denied('drop'), 'HARNESS', 'oops', 'inconclusive'],
  ['a reject', denied('reject'), 'REFUSED', '', 'asExpected'],
  [
    'a drop where rejects deny',
    denied('reject'),
    'TIMEOUT',
    '',
    'inconclusive',
  ],
  ['a connect where rejects deny', denied('reject'), 'OK', '', 'breached'],
  ['an answer of Vault', vaultAnswers, '200', '', 'asExpected'],
  ['a sealed Vault', vaultAnswers, '503', 'Vault is sealed', 'failed'],
  ['no Vault', vaultAnswers, 'TIMEOUT', '', 'failed'],
  ['a refusal', vaultForbids, '403', DENIED, 'asExpected'],
  [
    'a refusal of a bad token',
    vaultForbids,
    '403',
    '2 errors occurred:\n\t* permission denied\n\t* invalid token',
    'inconclusive',
  ],
  ['somebody else’s value', vaultForbids, '200', '', 'breached'],
  ['nothing there, but allowed to look', vaultForbids, '404', '', 'breached'],
  [
    'a sealed Vault that should refuse',
    vaultForbids,
    '503',
    'Vault is sealed',
    'inconclusive',
  ],
  [
    'no token to try with',
    vaultForbids,
    'NO-TOKEN',
    'no login',
    'inconclusive',
  ],
  [
    'a login that is refused',
    audience,
    '403',
    'invalid audience (aud) claim',
    'asExpected',
  ],
  [
    'a login that is refused for another reason',
    audience,
    '403',
    'permission denied',
    'inconclusive',
  ],
  ['a login that gets through', audience, '200', '[]', 'breached'],
  [
    'a login to a role that is not there',
    audience,
    '400',
    'invalid role name',
    'inconclusive',
  ],
  [
    'its own policy',
    policies,
    '200',
    '["default","tenant-acme"]',
    'asExpected',
  ],
  [
    'one policy more',
    policies,
    '200',
    '["default","tenant-acme","tenant-globex"]',
    'breached',
  ],
  ['no login', policies, '403', 'permission denied', 'inconclusive'],
  ['no capability', deny, '200', '{"secret/data/x":["deny"]}', 'asExpected'],
  [
    'a capability',
    deny,
    '200',
    '{"secret/data/x":["list","read"]}',
    'breached',
  ],
  ['no word of the path', deny, '200', '{}', 'inconclusive'],
  ['no JSON', deny, '200', 'oops', 'inconclusive'],
  ['no answer about capabilities', deny, '503', '', 'inconclusive'],
  [
    'read on its own path',
    own,
    '200',
    '{"secret/data/me":["read"]}',
    'asExpected',
  ],
  [
    'more than read on its own path',
    own,
    '200',
    '{"secret/data/me":["read","update"]}',
    'breached',
  ],
];

describe('expectations', () => {
  it.each(rows)('%s', (_, expectation, code, response, outcome) => {
    const answer = { code, response, startedAt: '', durationMs: 1 };
    expect(expectation.judge(answer).outcome).toBe(outcome);
  });
});
