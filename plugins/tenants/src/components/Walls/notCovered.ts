import { NOT_COVERED } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';

/** Words for what a proof does not cover, in the order of the API's list. */
const KEYS = [
  'notCovered.code',
  'notCovered.workers',
  'notCovered.controlPlane',
  'notCovered.kernel',
  'notCovered.portal',
  'notCovered.names',
  'notCovered.hosts',
] as const;

/** What a proof does not cover, in the language of the app. */
export function useNotCovered(): () => string[] {
  const t = useText();
  return () =>
    NOT_COVERED.map((text, i) => {
      const key = KEYS[i];
      return key ? t(key) : text;
    });
}
