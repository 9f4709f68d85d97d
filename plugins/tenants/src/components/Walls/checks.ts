import { useMemo } from 'react';
import {
  createTranslationRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  CheckKind,
  Outcome,
  Receipt,
  Wall,
  Wording,
  WordingValue,
} from '@threewalls/backstage-plugin-tenants-common';
import { checksTranslationRef } from '../../checkTexts';
import { useText } from '../../translation';

/**
 * {@link wordingTranslationRef} without its English, which the backend sends along:
 * only what an app has translated is found in it.
 */
const translatedRef = createTranslationRef({
  id: 'tenants.wording',
  messages: {},
});

const WORST_FIRST: readonly Outcome[] = [
  'breached',
  'failed',
  'inconclusive',
  'asExpected',
  'notApplicable',
];

/** One wall's receipts, what is wrong first, otherwise as they were tried. */
export function receiptsOf(wall: Wall, receipts: Receipt[]): Receipt[] {
  return receipts
    .filter(receipt => receipt.wall === wall)
    .sort(
      (a, b) => WORST_FIRST.indexOf(a.outcome) - WORST_FIRST.indexOf(b.outcome),
    );
}

/** Whether a receipt says that something is not as it should be. */
export function isWrong(outcome: Outcome): boolean {
  return WORST_FIRST.indexOf(outcome) < WORST_FIRST.indexOf('asExpected');
}

/**
 * A name for each receipt of a proof, to point at it: the check, and which of
 * its attempts. The same check is tried on several targets.
 */
export function receiptNames(receipts: Receipt[]): Map<Receipt, string> {
  const count = new Map<string, number>();
  return new Map(
    receipts.map(receipt => {
      const n = (count.get(receipt.check) ?? 0) + 1;
      count.set(receipt.check, n);
      return [receipt, n === 1 ? receipt.check : `${receipt.check}.${n}`];
    }),
  );
}

/** The words for checks and what came of them, in the language of the app. */
export function useCheckWords() {
  const checks = useTranslationRef(checksTranslationRef).t;
  const t = useText();
  const translated = useTranslationRef(translatedRef).t as unknown as (
    code: string,
    values: object,
  ) => string;
  return useMemo(() => {
    /** A text, where there is one of this key. */
    const known = (key: string, found: string) =>
      found === key ? undefined : found;
    /** A check that is newer than this plugin has no words yet: its id has to do. */
    const text = (check: string, part: 'title' | 'wrong' | 'why') => {
      const key = `${check}.${part}`;
      return known(key, checks(key as 'net.dns.why'));
    };
    /** A code alone is never shown where it has words: `OK` on a red row reads as success. */
    const connect = (code: string) => {
      const key = `connect.${code}`;
      // Anything but a code, such as a sentence, is no part of a key.
      return /^\w+$/.test(code)
        ? known(key, t(key as 'connect.OK'))
        : undefined;
    };
    const blocked = (kind: CheckKind, code: string) =>
      kind === 'barrier' ? connect(`blocked${code}`) : undefined;
    return {
      /** Why a check matters; nothing where that is not known */
      why: (check: string) => text(check, 'why'),
      /** What a receipt says in a few words: `Reached the canary` */
      story: (receipt: Pick<Receipt, 'check' | 'outcome' | 'title'>) => {
        const { check, outcome, title = check } = receipt;
        const failed = outcome === 'breached' || outcome === 'failed';
        const said = text(check, failed ? 'wrong' : 'title') ?? title;
        return outcome === 'inconclusive'
          ? t('receipts.inDoubt', { title: said })
          : said;
      },
      /** What was expected: `blocked (timeout)` */
      expected: ({ kind, expected }: Receipt) =>
        blocked(kind, expected) ?? connect(expected) ?? expected,
      /** What came back: `connected` */
      result: ({ kind, code, request, response, outcome }: Receipt) =>
        (outcome === 'asExpected' && blocked(kind, code)) ||
        // Names and DNS servers are asked, and not connected to.
        (code === 'OK' && !request.startsWith('connect')
          ? firstLine(response) || t('connect.answered')
          : connect(code)) ||
        [code, firstLine(response)].filter(Boolean).join(' '),
      /** What the backend has said; in English where there is no other text for it */
      said: (wording: Wording | undefined, english: string) => {
        let isWhole = true;
        const tell = (value: WordingValue): WordingValue => {
          if (Array.isArray(value)) {
            return value.map(tell).join('; ');
          }
          if (typeof value !== 'object') {
            return value;
          }
          const { code, values } = value;
          const filled = Object.fromEntries(
            Object.entries(values).map(([name, one]) => [name, tell(one)]),
          );
          const first = text(`${values.check}`, 'wrong') ?? filled.first;
          const found = translated(code, { ...filled, first });
          isWhole &&= found !== code;
          return found;
        };
        const found = wording && tell(wording);
        return found && isWhole ? `${found}` : english;
      },
    };
  }, [checks, t, translated]);
}

/** As much of an answer as fits beside its code. */
function firstLine(text: string): string {
  const [line] = text.trim().split('\n');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/**
 * What explains that attacks get through, where a check knows: an object of the
 * tenant was `changed`, something was `added` beside them, or somebody was
 * `granted` a right. Restoring the tenant fixes the first alone.
 */
export type Explanation = 'changed' | 'added' | 'granted';

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  'net.as-planned': 'changed',
  'sec.as-planned': 'changed',
  'res.as-planned': 'changed',
  'res.workload': 'changed',
  'net.no-widening': 'added',
  'sec.other-roles': 'added',
  'sec.other-mounts': 'added',
  'sec.other-policies': 'added',
  'sec.no-other-store': 'added',
  'net.who-can': 'granted',
  'sec.who-can': 'granted',
  'res.who-can': 'granted',
  'sec.k8s-secrets': 'granted',
};

/** What a breach of a check says of its cause; nothing where it only shows that there is one. */
export function explanationOf(check: string): Explanation | undefined {
  return EXPLANATIONS[check];
}

/** What a proof does not cover, in the order of the API's list. */
const NOT_COVERED = [
  'notCovered.code',
  'notCovered.workers',
  'notCovered.controlPlane',
  'notCovered.kernel',
  'notCovered.portal',
  'notCovered.names',
  'notCovered.hosts',
] as const;

/** What a proof does not cover, in the language of the app. */
export function useNotCovered(): string[] {
  const t = useText();
  return NOT_COVERED.map(key => t(key));
}
