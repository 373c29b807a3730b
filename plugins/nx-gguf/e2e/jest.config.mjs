import unit from '../jest.config.mjs';

/** End-to-end tests: the packed plugin, real Nx, real llama.cpp, the real converter. One at a time: they share two cores. */
export default {
  ...unit,
  rootDir: import.meta.dirname,
  displayName: 'e2e',
  roots: ['<rootDir>'],
  testMatch: ['**/*.e2e.ts'],
  globalSetup: '<rootDir>/support/global-setup.mjs',
};
