import e2e, { alone } from './jest.config.mjs';

/** The end-to-end tests that run one at a time, after all the others. */
export default {
  ...e2e,
  displayName: 'e2e alone',
  testMatch: alone,
  runner: '<rootDir>/../../../tools/dev/alone-runner.mjs',
};
