import unit from '../jest.config.mjs';

/**
 * End-to-end tests of the built server: a process of its own, real Nx, kill -9, a disk that is full. One at a
 * time: they measure load and memory.
 */
export default {
  ...unit,
  rootDir: import.meta.dirname,
  displayName: 'cache-server e2e',
  roots: ['<rootDir>'],
  testMatch: ['**/*.e2e.ts'],
  globalSetup: '<rootDir>/support/global-setup.mjs',
  runner: '<rootDir>/../../dev/alone-runner.mjs',
  moduleNameMapper: {
    ...unit.moduleNameMapper,
    '^nx-gguf/store$': '<rootDir>/../../../plugins/nx-gguf/src/store-api.ts',
  },
};
