import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftovers } from './support/leftovers.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editJson, editModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const store = join(scratch, 'store');
const models = 'models/tiny-qwen35';
let workspace: TestWorkspace;

beforeAll(async () => {
  workspace = await createSeededWorkspace(join(scratch, 'ws'), { store, tools: realTools() });
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:kld:Q6_K']);
  if (exitCode !== 0) throw new Error(output);
}, 600_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * One mistake: what is written, the target that meets it, the code it ends with and words that say where and
 * what.
 */
interface Mistake {
  name: string;
  make: () => void;
  target: string;
  code: string;
  says: (string | RegExp)[];
  env?: Record<string, string>;
}

const write = (path: string, text: string): void => {
  mkdirSync(join(workspace.root, path, '..'), { recursive: true });
  writeFileSync(join(workspace.root, path), text);
};
const setSource = (source: unknown) => {
  rmSync(join(workspace.root, 'dist/tiny-qwen35/fetch'), { recursive: true });
  editModel(workspace, (model) => Object.assign(model, { source }));
};
const useCorpus = (text: string) => {
  write('tools/corpora/llama-docs/short.txt', text);
  rmSync(join(workspace.root, 'dist/llama-docs'), { recursive: true });
  write(
    'tools/corpora/llama-docs/corpus.json',
    JSON.stringify({ description: 'Short.', source: { type: 'path', path: 'short.txt' } }),
  );
  editModel(workspace, (model) => {
    Object.assign(model.imatrix, { corpus: 'llama-docs' });
    Object.assign(model.evaluation, { corpus: 'llama-docs' });
  });
};

const mistakes: Mistake[] = [
  {
    name: 'a model.json with several problems names them all',
    make: () =>
      editJson(workspace, `${models}/model.json`, (model) =>
        Object.assign(model as object, { evaluation: { corpus: 'llama-docs', ctx: 'x' }, qantize: {} }),
      ),
    target: 'convert',
    code: 'BAD_MODEL',
    says: [
      `${models}/model.json:1:`,
      `the top level: unknown property "qantize" (did you mean 'quantize'?)`,
      '/evaluation/ctx: "x"',
    ],
  },
  {
    name: 'a model.json that is not JSON',
    make: () => write(`${models}/model.json`, '{ "name": '),
    target: 'fetch',
    code: 'BAD_MODEL',
    says: [`${models}/model.json:1:`, '    | { "name": '],
  },
  {
    name: 'no model.json',
    make: () => rmSync(join(workspace.root, models, 'model.json')),
    target: 'fetch',
    code: 'MODEL_MISSING',
    says: [`${models}/model.json`],
  },
  {
    name: 'a rules file that is not there',
    make: () =>
      editModel(workspace, ({ quantize }) =>
        Object.assign(quantize['Q6_K'] ?? {}, { tensorTypes: 'nowhere.txt' }),
      ),
    target: 'quantize:Q6_K',
    code: 'FILE_MISSING',
    says: ['nowhere.txt', 'quantize.Q6_K.tensorTypes'],
  },
  {
    name: 'an unknown ftype',
    make: () =>
      editModel(workspace, ({ quantize }) => Object.assign(quantize['Q6_K'] ?? {}, { ftype: 'Q6_M' })),
    target: 'quantize:Q6_K',
    code: 'BAD_VARIANT',
    says: ["'Q6_M'", 'did you mean'],
  },
  {
    name: 'rules with syntax errors, each with its line',
    make: () => write(`${models}/tensor_types.txt`, '# rules\nattn_q\n(=q8_0\n\\D=q8_0\nffn_up=q9_9\n'),
    target: 'quantize:Q6_K',
    code: 'RULES_NOT_HONOURED',
    says: ['tensor_types.txt:2:', 'tensor_types.txt:3:', 'tensor_types.txt:4:', 'tensor_types.txt:5:'],
  },
  {
    name: 'a variant that model.json does not declare',
    make: () =>
      editModel(workspace, (model) => {
        delete model.quantize['Q6_K'];
        delete model.gates['Q6_K'];
      }),
    target: 'quantize:Q6_K',
    code: 'VARIANT_MISSING',
    says: ['Q6_K', 'Q4_K_M, Q5_K_M'],
  },
  {
    name: 'binaries that are not there',
    make: () =>
      editJson(workspace, 'tools/llama-cpp/toolchain.json', (toolchain) =>
        Object.assign(toolchain as object, {
          source: { type: 'binaries', path: '../../models', sourcePath: realTools().source },
        }),
      ),
    target: 'llama-cpp:build',
    code: 'TOOLCHAIN_BINARY_MISSING',
    says: ['llama-quantize, llama-imatrix, llama-perplexity'],
  },
  {
    name: 'an evaluation text that is too short',
    make: () => useCorpus('Too short.\n'),
    target: 'kld-base',
    code: 'TEXT_TOO_SHORT',
    says: ['tokens'],
  },
  {
    name: 'a calibration text that is too short',
    make: () => useCorpus('Too short.\n'),
    target: 'imatrix',
    code: 'TEXT_TOO_SHORT',
    says: ['tokens'],
  },
  {
    name: 'an empty text',
    make: () => useCorpus(''),
    target: 'kld:Q6_K',
    code: 'TEXT_TOO_SHORT',
    says: ['base pass of', 'tokens'],
  },
  {
    name: 'a source that is not there',
    make: () => setSource({ type: 'path', path: '../../nowhere' }),
    target: 'fetch',
    code: 'SOURCE_MISSING',
    says: ['nowhere'],
  },
  {
    name: 'a checkpoint that is cut off',
    make: () => {
      write(
        'checkpoint/config.json',
        JSON.stringify({ architectures: ['Qwen3_5ForCausalLM'], model_type: 'qwen3_5_text' }),
      );
      write('checkpoint/model.safetensors', 'cut');
      setSource({ type: 'path', path: '../../checkpoint' });
    },
    target: 'convert',
    code: 'SAFETENSORS_INVALID',
    says: ['model.safetensors: it is shorter than the length of a header'],
  },
  {
    name: 'a checkpoint without a tokenizer',
    make: () => {
      write(
        'checkpoint/config.json',
        JSON.stringify({ architectures: ['Qwen3_5ForCausalLM'], model_type: 'qwen3_5_text' }),
      );
      write('checkpoint/model.safetensors', '\u0002\0\0\0\0\0\0\0{}');
      setSource({ type: 'path', path: '../../checkpoint' });
    },
    target: 'convert',
    code: 'CONVERT_FAILED',
    says: ['convert_hf_to_gguf.py failed', 'the tool printed last'],
  },
  {
    name: 'a source program that fails',
    make: () =>
      setSource({
        type: 'command',
        command: ['node', '-e', 'console.error("no licence"); process.exit(3)', '{output}'],
      }),
    target: 'fetch',
    code: 'COMMAND_FAILED',
    says: ['exit code 3', 'no licence'],
  },
  {
    name: 'a source program that writes nothing',
    make: () => setSource({ type: 'command', command: ['node', '-e', '0', '{output}'] }),
    target: 'fetch',
    code: 'COMMAND_WROTE_NOTHING',
    says: ['{output}'],
  },
  {
    name: 'a source program whose input is not there',
    make: () => setSource({ type: 'command', command: ['node', 'x', '{output}'], inputs: ['merge/**'] }),
    target: 'fetch',
    code: 'SOURCE_INPUT_MISSING',
    says: ['merge/**'],
  },
  {
    name: 'a corpus project that is not there',
    make: () => editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { corpus: 'wikitext' })),
    target: 'kld:Q6_K',
    code: 'PROJECT_MISSING',
    says: ['"wikitext"', 'llama-docs'],
  },
  {
    name: 'an importance matrix that is none',
    make: () => {
      // Under a name that no variant has.
      copyFileSync(
        join(workspace.root, 'dist/tiny-qwen35/tiny-qwen35-Q6_K.gguf'),
        join(workspace.root, 'dist/model-as-matrix.gguf'),
      );
      editJson(workspace, `${models}/model.json`, (model) =>
        Object.assign(model as object, {
          imatrix: { type: 'file', source: { type: 'path', path: '../../dist/model-as-matrix.gguf' } },
        }),
      );
    },
    target: 'imatrix',
    code: 'IMATRIX_EMPTY',
    says: ['without importance data'],
  },
  {
    name: 'an option that does not exist',
    make: () =>
      editJson(workspace, `${models}/project.json`, (project) =>
        Object.assign(
          (project as { targets: Record<string, { options: object }> }).targets['quantize:Q6_K']?.options ??
            {},
          { tensorType: 'x' },
        ),
      ),
    target: 'quantize:Q6_K',
    code: '',
    says: [/tensorType/],
  },
  {
    name: 'a store that cannot be written',
    make: () => undefined,
    target: 'fetch',
    code: 'STORE_UNWRITABLE',
    says: ['NX_GGUF_STORE'],
    env: { NX_GGUF_STORE: '/dev/null/store' },
  },
  {
    name: 'a manifest of another version',
    make: () =>
      editJson(workspace, 'dist/tiny-qwen35/convert/artifact.json', (manifest) =>
        Object.assign(manifest as object, { format: 7 }),
      ),
    target: 'quantize:Q6_K',
    code: 'MANIFEST_FORMAT',
    says: ['convert/artifact.json', 'version 7'],
  },
];

describe('a mistake ends with one coded error that says what, where and what to do', () => {
  it.each(mistakes)(
    '$name: $code',
    async ({ make, target, code, says, env }) => {
      const kept = [
        'models',
        'tools',
        'dist/llama-docs',
        'dist/tiny-qwen35/fetch',
        'dist/tiny-qwen35/convert',
      ].map((path) => snapshot(join(workspace.root, path)));
      make();
      const { exitCode, output } = await workspace.run(
        [
          'run',
          target.includes('llama') ? target : `tiny-qwen35:${target}`,
          '--exclude-task-dependencies',
          '--skip-nx-cache',
        ],
        env === undefined ? {} : { env },
      );
      for (const restore of kept) restore();
      expect({ exitCode, output }).toMatchObject({ exitCode: 1 });
      for (const words of says)
        expect(output).toMatch(
          words instanceof RegExp ? words : new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
        );
      if (code !== '') {
        expect(output.match(/^[A-Z]+_[A-Z_]+: /gm)).toEqual([`${code}: `]);
        expect(output).toMatch(/^ {2}hint: /m);
      }
      expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      expect(leftovers(store, join(workspace.root, 'dist'))).toEqual([]);
    },
    120_000,
  );
});

describe('a damaged file in the store', () => {
  it.each([
    { name: 'cut off', damage: (path: string) => truncateSync(path, 1000) },
    {
      name: 'changed in one byte',
      damage: (path: string) => {
        const bytes = readFileSync(path);
        bytes[5000] = (bytes[5000] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
    },
    { name: 'gone', damage: (path: string) => rmSync(path) },
  ])(
    '$name is found before it is used, and made again by the step that makes it',
    async ({ damage }) => {
      const converted = workspace.json('dist/tiny-qwen35/convert/artifact.json') as {
        files: { sha256: string; name: string }[];
      };
      const sha256 = converted.files[0]?.sha256 ?? '';
      const wanted = workspace.json('dist/tiny-qwen35/quantize/Q6_K/artifact.json');
      rmSync(join(workspace.root, 'dist/tiny-qwen35', converted.files[0]?.name ?? ''), { force: true });
      damage(join(store, 'blobs', sha256.slice(0, 2), sha256));
      for (const known of [join(store, 'actions'), join(workspace.root, 'dist/tiny-qwen35/quantize/Q6_K')])
        rmSync(known, { recursive: true });
      workspace.processes();
      const { exitCode, output } = await workspace.run([
        'run',
        'tiny-qwen35:quantize:Q6_K',
        '--exclude-task-dependencies',
        '--skip-nx-cache',
      ]);
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
      expect(output).toContain('making it again with tiny-qwen35:convert');
      expect(workspace.processes()).toEqual(expect.arrayContaining(['convert', 'llama-quantize']));
      expect(workspace.json('dist/tiny-qwen35/quantize/Q6_K/artifact.json')).toEqual(wanted);
    },
    300_000,
  );
});

/** Remembers a directory of small files; returns what puts it back. */
function snapshot(directory: string): () => void {
  const copy = join(scratch, 'snapshots', directory.replaceAll('/', '_'));
  cpSync(directory, copy, { recursive: true, verbatimSymlinks: true });
  return () => cpSync(copy, directory, { recursive: true, verbatimSymlinks: true, force: true });
}
