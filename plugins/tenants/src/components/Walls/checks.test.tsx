import { createTranslationRef } from '@backstage/frontend-plugin-api';
import { MockTranslationApi } from '@backstage/test-utils/alpha';
import {
  Receipt,
  say,
  Wording,
  WordingCode,
  WORDINGS,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  breachedReceipts,
  inconclusive,
  minutesAgo,
  receipts,
} from '../../__fixtures__';
import { renderWords } from '../../__testUtils__';
import { receiptNames, receiptsOf, useCheckWords } from './checks';

const sound = receipts(minutesAgo(1));
const named = (check: string, all = sound) => all.find(r => r.check === check)!;
const CANARY = named('net.canary-egress');
const BREACH = named('net.canary-egress', breachedReceipts(minutesAgo(1)));

/** The words, where an app has translated some of what the backend says. */
function words(messages: Record<string, string> = {}) {
  const translations = MockTranslationApi.create();
  translations.getTranslation(
    createTranslationRef({ id: 'tenants.wording', messages }),
  );
  return renderWords(() => useCheckWords(), translations);
}

describe('useCheckWords', () => {
  it.each<[string, Receipt, string, string, string]>([
    [
      'a blocked attack',
      CANARY,
      "Can't reach the canary",
      'blocked (timeout)',
      'blocked (timeout)',
    ],
    [
      'a breach',
      BREACH,
      'Reached the canary',
      'blocked (timeout)',
      'connected',
    ],
    [
      'an attack that was refused otherwise',
      { ...CANARY, code: 'REFUSED', outcome: 'inconclusive' },
      "Couldn't verify: Can't reach the canary",
      'blocked (timeout)',
      'connection refused',
    ],
    [
      'a baseline check',
      named('net.own-service'),
      'Reaches its own Service',
      'connected',
      'connected',
    ],
    [
      'a name that resolves',
      {
        ...named('net.own-service'),
        check: 'net.dns',
        request: 'resolve x',
        expected: 'an address',
        response: '10.0.0.1',
      },
      'Resolves the names of others',
      'an address',
      '10.0.0.1',
    ],
    [
      'an HTTP answer',
      inconclusive(minutesAgo(1)),
      "Couldn't verify: Logs in to Vault",
      '200',
      '503 {"errors":["Vault is sealed"]}',
    ],
    [
      'a comparison',
      named('net.as-planned'),
      'Its policies and Services are as planned',
      'equal',
      'equal',
    ],
    [
      'a check that has no words yet',
      { ...CANARY, check: 'net.new' },
      'net.new',
      'blocked (timeout)',
      'blocked (timeout)',
    ],
  ])(
    'says of %s what happened',
    async (_, receipt, story, expected, result) => {
      const spoken = await words();
      expect(spoken.story(receipt)).toBe(story);
      expect(spoken.expected(receipt)).toBe(expected);
      expect(spoken.result(receipt)).toBe(result);
    },
  );

  it('never shows a bare OK where something got through', async () => {
    const spoken = await words();
    for (const receipt of sound) {
      const text = spoken.result({
        ...receipt,
        code: 'OK',
        response: '',
        outcome: 'breached',
      });
      expect(text).not.toMatch(/\bOK\b/);
    }
  });
});

describe('what the backend has said', () => {
  it.each(Object.entries(WORDINGS))('is translated: %s', async (code, text) => {
    const { said } = await words(WORDINGS);
    const names = [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name);
    const values = Object.fromEntries(names.map((name, i) => [name, `<${i}>`]));
    const { summary, wording } = (say as any)(code, values);
    // Not the English that came with it.
    expect(said(wording, 'as it was said')).toBe(summary);
    expect(summary).not.toMatch(/[{}]/);
    // Of what is not translated nothing is loaded, not even the English.
    const untranslated = await words();
    expect(untranslated.said(wording, 'as it was said')).toBe('as it was said');
  });

  it('is translated with the texts in it, or not at all', async () => {
    const seen = [
      say('reachesOwn', { who: say('whoTenant') }),
      say('reaches', { who: say('whoRam'), target: 'vault:8200' }),
    ];
    const { summary, wording } = say('witnessed', { seen });
    expect(summary).toBe(
      "Meanwhile the tenant reaches its own Service; the canary's test client reaches vault:8200",
    );
    const german = {
      witnessed: 'Zugleich: {{seen}}',
      reachesOwn: '{{who}} erreicht den eigenen Service',
      reaches: '{{who}} erreicht {{target}}',
      whoTenant: 'Mandant',
    };
    expect((await words(german)).said(wording, summary)).toBe(summary);
    const all = await words({ ...german, whoRam: 'Testclient' });
    expect(all.said(wording, summary)).toBe(
      'Zugleich: Mandant erreicht den eigenen Service; Testclient erreicht vault:8200',
    );
  });

  it.each<[string, Wording | undefined, string]>([
    ['nothing but English', undefined, 'as it was said'],
    [
      'a code of a later backend',
      { code: 'later' as WordingCode, values: {} },
      'as it was said',
    ],
    [
      'something about a check',
      { code: 'inDoubt', values: { check: 'net.dns', first: 'no name' } },
      "Couldn't verify: Can't resolve the names of others",
    ],
    [
      "something about a platform's own check",
      { code: 'inDoubt', values: { check: 'net.custom', first: 'no name' } },
      "Couldn't verify: no name",
    ],
  ])('is said where it is %s', async (_, wording, text) => {
    const { said } = await words(WORDINGS);
    expect(said(wording, 'as it was said')).toBe(text);
  });
});

describe('receipts', () => {
  it('have a name of their own, the same in each proof', () => {
    const twice = [
      CANARY,
      { ...CANARY, target: 'another' },
      named('net.kubelet'),
    ];
    expect([...receiptNames(twice).values()]).toEqual([
      'net.canary-egress',
      'net.canary-egress.2',
      'net.kubelet',
    ]);
  });

  it('come with what is wrong first', () => {
    const order = receiptsOf('network', breachedReceipts(minutesAgo(1)));
    expect(order.map(({ outcome }) => outcome).slice(0, 3)).toEqual([
      'breached',
      'breached',
      'asExpected',
    ]);
    expect(order[order.length - 1].outcome).toBe('notApplicable');
  });
});
