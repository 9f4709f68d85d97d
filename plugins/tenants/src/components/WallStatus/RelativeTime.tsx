import { DateTime } from 'luxon';
import {
  appLanguageApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { useNow } from '../../hooks';
import { tenantsTranslationRef } from '../../translation';

/** Anything younger is `just now`: clocks of two machines differ by as much. */
const NOW_SECONDS = 5;

/** How long ago a moment was, in words that follow the clock. */
export function useAge(iso: string): string {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { language } = useApi(appLanguageApiRef).getLanguage();
  const now = DateTime.fromMillis(useNow());
  const then = DateTime.fromISO(iso);
  return now.diff(then).as('seconds') < NOW_SECONDS
    ? t('time.now')
    : then.toRelative({ base: now, locale: language }) ?? iso;
}

/** A moment in full, in the language of the app. */
export function useExactTime(): (iso: string) => string {
  const { language } = useApi(appLanguageApiRef).getLanguage();
  return iso =>
    DateTime.fromISO(iso).toLocaleString(DateTime.DATETIME_MED_WITH_SECONDS, {
      locale: language,
    });
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
