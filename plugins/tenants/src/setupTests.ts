import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Extensions load when they are first shown, and a busy machine compiles them
// then: the defaults of one second for a query and five for a test are too short
// for the first test of a file, and for any on a machine that does ten other things.
configure({ asyncUtilTimeout: 15_000 });
jest.setTimeout(60_000);
