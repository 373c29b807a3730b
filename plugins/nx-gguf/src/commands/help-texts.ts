import { exitCodes, usageList, type CommandUsage } from './command-usage.js';
import { commandUsages, storeCommandNames, storeUsages } from './usages.js';

const store: CommandUsage = {
  name: 'store COMMAND',
  does: `what is kept on this machine: ${storeCommandNames.join(', ')}`,
};

/** What `nx-gguf --help` prints. */
export const rootHelp = `nx-gguf: looks into GGUF files, and after the store of nx-gguf

${usageList([commandUsages.inspect, commandUsages.diff, store])}

  -h, --help           shows this; \`nx-gguf help COMMAND\` and \`nx-gguf COMMAND --help\` show all of a command
  -v, --version        shows the version

Models are made by Nx: \`npx nx show projects\` lists them, \`npx nx show project NAME\` what can be made of one.

${exitCodes}`;

/** What `nx-gguf store --help` prints. */
export const storeHelp = `nx-gguf store: looks after the store of nx-gguf (NX_GGUF_STORE, else nx-gguf in the XDG cache directory)

${usageList(storeUsages)}

\`nx-gguf store help COMMAND\` shows all of a command.

${exitCodes}`;
