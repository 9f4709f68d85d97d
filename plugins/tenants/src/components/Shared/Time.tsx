import { useState } from 'react';
import { DateTime } from 'luxon';
import useInterval from 'react-use/esm/useInterval';
import { appLanguageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useText } from '../../translation';

/** Anything younger is `just now`: clocks of two machines differ by as much. */
const NOW_SECONDS = 5;

/** The present in milliseconds, and a render every ten seconds. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 10_000);
  return now;
}

/** An answer older than this is not taken for the present: several polls have failed. */
const CURRENT_MS = 2 * 60_000;

/**
 * Whether what a query has brought still stands for the present: it does not where
 * the backend can't be asked again, or has not answered for minutes.
 */
export function useIsCurrent(query: {
  error: Error | null;
  dataUpdatedAt: number;
}): boolean {
  const now = useNow();
  return !query.error && now - query.dataUpdatedAt < CURRENT_MS;
}

/** How long ago a moment was, in words that follow the clock. */
export function useAge(iso: string): string {
  const t = useText();
  const { language } = useApi(appLanguageApiRef).getLanguage();
  const now = DateTime.fromMillis(useNow());
  const then = DateTime.fromISO(iso);
  return now.diff(then).as('seconds') < NOW_SECONDS
    ? t('time.now')
    : then.toRelative({ base: now, locale: language }) ?? iso;
}

/** A moment in full with its time zone, in the language of the app. */
export function useExactTime(): (iso: string) => string {
  const { language } = useApi(appLanguageApiRef).getLanguage();
  return iso =>
    DateTime.fromISO(iso).toLocaleString(
      { ...DateTime.DATETIME_MED_WITH_SECONDS, timeZoneName: 'short' },
      { locale: language },
    );
}

/** A moment as its age, with the exact time on hover. */
export function RelativeTime(props: { iso: string }) {
  const age = useAge(props.iso);
  const exact = useExactTime();
  return (
    <time dateTime={props.iso} title={exact(props.iso)}>
      {age}
    </time>
  );
}

/** The units of a duration: how many seconds each is, and how many make one of the next. */
const UNITS = [
  ['days', 86_400, Infinity],
  ['hours', 3_600, 24],
  ['minutes', 60, 60],
  ['seconds', 1, 60],
] as const;

/** Writes milliseconds as a person would: `12 ms`, `3.2 s`, `2 min 5 s`, `3 h 20 min`, `1 d`. */
export function useDuration(): (ms: number) => string {
  const t = useText();
  return ms => {
    if (ms < 1_000) {
      return t('time.milliseconds', { value: String(Math.round(ms)) });
    }
    if (ms < 9_950) {
      return t('time.seconds', { value: (ms / 1_000).toFixed(1) });
    }
    const seconds = Math.round(ms / 1_000);
    const parts = UNITS.map(
      ([unit, length, size]) =>
        [unit, Math.floor(seconds / length) % size] as const,
    );
    const first = parts.findIndex(([, value]) => value > 0);
    return parts
      .slice(first, first + 2)
      .filter(([, value]) => value > 0)
      .map(([unit, value]) => t(`time.${unit}`, { value: String(value) }))
      .join(' ');
  };
}
