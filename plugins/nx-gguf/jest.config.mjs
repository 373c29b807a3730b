/** Unit and integration tests; native ES modules, transformed by swc. */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  // proper-lockfile keeps an emitter on the process. Jest wraps it anew after each file that used it, until
  // the stack is too small.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  // Real processes and disks: on a machine that does other work too, they take their time.
  testTimeout: 60_000,
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
};
