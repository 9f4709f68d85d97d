import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';

/** Writes milliseconds as a person would: `12 ms`, `3.2 s`, `14 s`, `2 min 5 s`. */
export function useDuration(): (ms: number) => string {
  const { t } = useTranslationRef(tenantsTranslationRef);
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
    return t('time.minutes', {
      minutes: String(Math.floor(whole / 60)),
      seconds: String(whole % 60),
    });
  };
}
