import plugin from '../../plugins/nx-gguf/jest.config.mjs';

/**
 * Unit tests and requests over loopback, on the sources of the server and of the store that it shares with
 * the plugin.
 */
export default {
  ...plugin,
  rootDir: import.meta.dirname,
  displayName: 'cache-server',
  moduleNameMapper: {
    '^nx-gguf/store$': '<rootDir>/../../plugins/nx-gguf/src/store-api.ts',
    ...plugin.moduleNameMapper,
  },
};
