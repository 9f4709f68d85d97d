import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// The whole app loads when it is first rendered, and a busy machine compiles it
// then: the defaults of one second for a query and five for a test are too short.
configure({ asyncUtilTimeout: 20_000 });
jest.setTimeout(60_000);
