import { useText } from '../../translation';

/** What a proof does not cover, in the order of the API's list. */
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
export function useNotCovered(): string[] {
  const t = useText();
  return KEYS.map(key => t(key));
}
