import type { CommandUsage } from './command-usage.js';

const json = { json: { type: 'boolean', default: false, does: 'prints JSON in place of tables' } } as const;
const names =
  'FILE, A and B are paths, http(s) URLs (read by ranges; nothing is downloaded as a whole to inspect it) or the\n' +
  'first characters, at least 6, of a digest in the store.';

/** All commands of `nx-gguf`, in the order of the help: the one place that says what they take. */
export const commandUsages = {
  inspect: {
    name: 'inspect',
    takes: { shown: 'FILE', least: 1, most: 1 },
    does: 'metadata and tensors of a GGUF, types per role, bits per weight, importance matrix',
    options: json,
    notes: [names],
  },
  diff: {
    name: 'diff',
    takes: { shown: 'A B', least: 2, most: 2 },
    does: 'how two GGUFs differ, down to the bytes of each tensor',
    options: json,
    notes: [names],
  },
  'store ls': {
    name: 'store ls',
    does: 'actions that are known: key, step, files, size',
    options: { files: { type: 'boolean', default: false, does: 'each file with its digest' } },
  },
  'store path': {
    name: 'store path',
    takes: { shown: '[DIGEST]', least: 0, most: 1 },
    does: 'directory of the store, or path of the file whose digest starts with DIGEST',
  },
  'store du': { name: 'store du', does: 'how much space blobs and toolchains take' },
  'store scrub': {
    name: 'store scrub',
    does: 'hashes blobs, those first that were not hashed for longest, and moves damaged ones to quarantine/',
    options: {
      rate: { type: 'string', value: 'RATE', does: 'reads no faster than RATE, e.g. 100MB/s' },
      for: {
        type: 'string',
        value: 'TIME',
        does: 'begins no blob after TIME, e.g. 30m; the next time goes on',
      },
    },
    notes: ['It can be ended at any moment: each blob is noted when it was read.'],
  },
  'store verify': {
    name: 'store verify',
    does: 'hashes every blob again, as scrub does, and reads every manifest; changes nothing',
    options: {
      repair: {
        type: 'boolean',
        default: false,
        does: 'moves damaged blobs to quarantine/, removes damaged manifests: they are made again',
      },
      deep: {
        type: 'boolean',
        default: false,
        does: 'also quantizes every variant again, in full, whose inputs and tools are here',
      },
    },
  },
  'store push': {
    name: 'store push',
    does: 'uploads all results to the remotes that NX_GGUF_REMOTE or nx.json names',
  },
  'store gc': {
    name: 'store gc',
    does: 'removes what was not used for 30 days and is named by no manifest to keep, toolchains too',
    options: {
      keep: {
        type: 'string',
        multiple: true,
        value: 'DIR',
        does: 'keeps what manifests below DIR name, a workspace for instance',
      },
      'keep-days': {
        type: 'string',
        default: '30',
        value: 'N',
        does: 'removes what was not used for N days',
      },
      'dry-run': { type: 'boolean', default: false, does: 'shows what would be removed' },
    },
  },
} as const satisfies Readonly<Record<string, CommandUsage>>;

/** The commands of `nx-gguf store`. */
export const storeUsages: readonly CommandUsage[] = Object.values<CommandUsage>(commandUsages).filter(
  ({ name }) => name.startsWith('store '),
);

/** The names of what `nx-gguf store` can do. */
export const storeCommandNames: readonly string[] = storeUsages.map(({ name }) =>
  name.slice('store '.length),
);
