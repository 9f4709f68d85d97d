import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Extensions load when they are first shown, and a busy machine compiles them
// then: the default of one second is too short for the first test of a file.
configure({ asyncUtilTimeout: 5_000 });
