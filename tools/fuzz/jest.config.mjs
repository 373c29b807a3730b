import server from '../cache-server/jest.config.mjs';

/** Half a minute of damaged inputs with fixed seeds; `fuzz.mjs` runs the same for as long as one likes. */
export default {
  ...server,
  rootDir: import.meta.dirname,
  displayName: 'fuzz',
  moduleNameMapper: {
    ...server.moduleNameMapper,
    '^nx-gguf/store$': '<rootDir>/../../plugins/nx-gguf/src/store-api.ts',
  },
  roots: ['<rootDir>'],
};
