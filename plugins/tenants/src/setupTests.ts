import '@testing-library/jest-dom';
import { format } from 'node:util';
import { configure } from '@testing-library/react';

// Extensions load when they are first shown, and a busy machine compiles them
// then: the defaults of one second for a query and five for a test are too short
// for the first test of a file, and for any on a machine that does ten other things.
configure({ asyncUtilTimeout: 15_000 });
jest.setTimeout(60_000);

// Fixtures are so many minutes old, and screens say so: on a busy machine a file of
// tests takes longer than that. The clock stands still; what waits uses timers.
const now = Date.now();
Date.now = () => now;

// A warning is a defect of the code or of its test: React's and the queries' too.
const OF_BACKSTAGE =
  /\[JSS\]|findDOMNode is deprecated|React Router Future Flag|registered as IconComponent/;
const printed: string[] = [];
for (const level of ['warn', 'error'] as const) {
  // eslint-disable-next-line no-console
  console[level] = (...texts) => void printed.push(format(...texts));
}
afterEach(() => {
  const own = printed.splice(0).filter(text => !OF_BACKSTAGE.test(text));
  if (own.length > 0) {
    throw new Error(`The test printed: ${own.join('\n')}`);
  }
});
