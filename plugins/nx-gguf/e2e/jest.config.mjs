import unit from '../jest.config.mjs';

/** Suites that nothing may run beside: a browser's deadlines are meant for a machine that is idle. */
export const alone = ['**/report-page.e2e.ts'];

/**
 * End-to-end tests: the packed plugin, real Nx, real llama.cpp, the real converter. Each has a workspace and
 * a store of its own.
 */
export default {
  ...unit,
  rootDir: import.meta.dirname,
  displayName: 'e2e',
  roots: ['<rootDir>'],
  testMatch: ['**/*.e2e.ts', ...alone.map((pattern) => `!${pattern}`)],
  globalSetup: '<rootDir>/support/global-setup.mjs',
  globalTeardown: '<rootDir>/support/global-teardown.mjs',
};
