import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// The whole app loads when it is first rendered, and a busy machine compiles it
// then: the default of one second is too short.
configure({ asyncUtilTimeout: 20_000 });
