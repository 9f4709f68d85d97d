import { renderWords } from '../../__testUtils__';
import { useDuration } from './Time';

describe('useDuration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [3_210, '3.2 s'],
    [14_400, '14 s'],
    [59_999, '1 min'],
    [125_000, '2 min 5 s'],
    [300_000, '5 min'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
  ])('writes %d ms as %s', async (ms, text) => {
    const duration = await renderWords(useDuration);
    expect(duration(ms)).toBe(text);
  });
});
