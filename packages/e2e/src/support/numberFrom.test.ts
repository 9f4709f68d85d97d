import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { numberFrom, numbersFrom } from './numberFrom';

const NAME = 'THREEWALLS_NUMBER';

afterEach(() => {
  delete process.env[NAME];
});

it.each(['abc', '1e', '-1', '1.5', 'Infinity'])(
  'is no number of times to try something: %s',
  text => {
    process.env[NAME] = text;
    expect(() => numberFrom(NAME, 3)).toThrow(/has to be a whole number/);
    process.env[NAME] = `1,${text}`;
    expect(() => numbersFrom(NAME, [3])).toThrow(/has to be a whole number/);
  },
);

it('is what is said, or else the default', () => {
  expect(numberFrom(NAME, 3)).toBe(3);
  process.env[NAME] = '0';
  expect(numberFrom(NAME, 3)).toBe(0);
  process.env[NAME] = '1,1000';
  expect(numbersFrom(NAME, [3])).toEqual([1, 1000]);
});

it('is read in no other way', () => {
  const files = ['packages/e2e', 'scripts'];
  const pattern = 'Number(process.env';
  const own = ':!packages/e2e/src/support/numberFrom.test.ts';
  const grep = ['grep', '-lF', pattern, '--', ...files, own];
  // It ends with 1 where it finds nothing.
  const cwd = join(__dirname, '../../../..');
  expect(() => execFileSync('git', grep, { cwd })).toThrow();
});
