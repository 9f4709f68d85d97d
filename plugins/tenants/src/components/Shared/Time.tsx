import { useEffect, useState } from 'react';
import { DateTime } from 'luxon';
import { appLanguageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useText } from '../../translation';

/** Anything younger is `just now`: clocks of two machines differ by as much. */
const NOW_SECONDS = 5;

/** The present in milliseconds, and a render every ten seconds. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
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

/** Writes milliseconds as a person would: `12 ms`, `3.2 s`, `14 s`, `2 min 5 s`, `3 h 20 min`. */
export function useDuration(): (ms: number) => string {
  const t = useText();
  return ms => {
    if (ms < 1_000) {
      return t('time.milliseconds', { value: String(Math.round(ms)) });
    }
    const seconds = ms / 1_000;
    if (seconds < 60) {
      const value = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
      return t('time.seconds', { value });
    }
    const whole = Math.round(seconds);
    if (whole < 3_600) {
      return t('time.minutes', {
        minutes: String(Math.floor(whole / 60)),
        seconds: String(whole % 60),
      });
    }
    const minutes = Math.round(seconds / 60);
    return t('time.hours', {
      hours: String(Math.floor(minutes / 60)),
      minutes: String(minutes % 60),
    });
  };
}
