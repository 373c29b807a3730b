import type { BuildSettings } from '../core/generated/toolchain.generated.js';
import { cmakeOptions } from '../toolchain/llama-cpp/cmake-options.js';
import {
  unusedBench,
  unusedCard,
  unusedCorpus,
  unusedEvaluation,
  unusedImatrix,
  unusedToolchain,
} from './unused-settings.js';

const built = (build: BuildSettings = {}) => ({
  build: { kind: 'built', cmake: cmakeOptions(build, { platform: 'linux', arch: 'x64' }) },
});
const alone = 'this llama.cpp is built for the CPU alone ("build.backend" of toolchain.json)';
const npm = {
  type: 'npm',
  name: 'a',
  version: '1.0.0',
  integrity: '',
  bundle: 'b',
  commit: '',
} as const;

describe('settings without effect', () => {
  it.each<[string, string[], string[]]>([
    [
      'layers for a GPU that the build does not know',
      unusedEvaluation({ corpus: 'c', gpuLayers: 'all' }, built()),
      [`evaluation.gpuLayers changes nothing: ${alone}`],
    ],
    ['nothing, of no layers', unusedEvaluation({ corpus: 'c', gpuLayers: 0 }, built()), []],
    [
      'nothing, with a GPU',
      unusedEvaluation({ corpus: 'c', gpuLayers: 9 }, built({ backend: 'vulkan' })),
      [],
    ],
    [
      'nothing, with a GPU of the options',
      unusedBench({ gpuLayers: 9 }, built({ cmakeOptions: { GGML_SYCL: true } })),
      [],
    ],
    ['nothing, with a server', unusedEvaluation({ corpus: 'c', gpuLayers: 9, rpc: ['a:1'] }, built()), []],
    [
      'nothing, of binaries that are not known',
      unusedBench({ gpuLayers: 9 }, { build: { kind: 'binaries', files: 'x' } }),
      [],
    ],
    [
      'layers and servers without a device',
      unusedEvaluation({ corpus: 'c', gpuLayers: 9, rpc: ['a:1'], device: ['none'] }, built()),
      [
        'evaluation.gpuLayers changes nothing: "device" is none',
        'evaluation.rpc changes nothing: "device" is none',
      ],
    ],
    [
      'a limit for logits that have none',
      unusedEvaluation({ corpus: 'c', baseLimit: 1, base: 'keep' }, built()),
      ['evaluation.baseLimit changes nothing: "base" is keep, and only auto has a limit'],
    ],
    [
      'sharing what is not kept',
      unusedEvaluation({ corpus: 'c', shareBase: true }, built()),
      ['evaluation.shareBase shares only what was kept before: "base" is stream, and keeps nothing'],
    ],
    [
      'nothing, of what is kept',
      unusedEvaluation({ corpus: 'c', shareBase: true, base: 'auto' }, built()),
      [],
    ],
    [
      'nothing, of what is always kept',
      unusedEvaluation({ corpus: 'c', shareBase: true }, built(), true),
      [],
    ],
    [
      'sizes of batches that are clipped',
      unusedEvaluation({ corpus: 'c', ctx: 100, batch: 250, ubatch: 300 }, built()),
      [
        'evaluation.batch 250 acts as 200: of chunks of 100 tokens, only whole ones are put into a batch',
        'evaluation.ubatch 300 acts as 200: no more than a batch is computed at once',
      ],
    ],
    [
      'the batch of a matrix',
      unusedImatrix({ type: 'make', corpus: 'c', batch: 700 }),
      ['imatrix.batch 700 acts as 512: of chunks of 512 tokens, only whole ones are put into a batch'],
    ],
    [
      'of a bench: layers without a device, no depth, threads that have no core, and a batch that is clipped',
      unusedBench(
        { gpuLayers: 9, devices: ['none'], depth: [], threads: 64, batch: 128, ubatch: 256 },
        built(),
        2,
      ),
      [
        'bench.gpuLayers changes nothing: "devices" is none',
        'bench.depth changes nothing: it is empty, which is a depth of 0',
        'bench.threads is 64, and this process may run 2 at once: they wait for each other, and the speed is not that of 64',
        'bench.ubatch 256 acts as 128: no more than a batch is computed at once',
      ],
    ],
    ['nothing, of as many threads as there are', unusedBench({ threads: 2 }, built(), 2), []],
    ['nothing, of a limit', unusedEvaluation({ corpus: 'c', baseLimit: 1, base: 'auto' }, built()), []],
    [
      'layers of a bench',
      unusedBench({ gpuLayers: 9 }, built()),
      [`bench.gpuLayers changes nothing: ${alone}`],
    ],
    [
      'the name of a licence that has one',
      unusedCard({ license: 'mit', licenseName: 'Mine', licenseLink: 'LICENSE' }),
      [
        'card.licenseName changes nothing on a hub: "license" is mit, not other',
        'card.licenseLink changes nothing on a hub: "license" is mit, not other',
      ],
    ],
    ['nothing, of another licence', unusedCard({ license: 'other', licenseName: 'Mine' }), []],
    [
      'the toolchain of a text',
      unusedCorpus({ toolchain: 'llama-cpp', source: { type: 'path', path: 'a' } }),
      ['toolchain of corpus.json changes nothing: its source names neither {llamaCpp} nor {python}'],
    ],
    [
      'nothing, of one that is used',
      unusedCorpus({
        toolchain: 'llama-cpp',
        source: { type: 'command', command: ['x', '{llamaCpp}/README.md'] },
      }),
      [],
    ],
    [
      'a build of binaries',
      unusedToolchain({ source: { type: 'binaries', path: 'b' }, build: { backend: 'cuda', jobs: 2 } }),
      [
        'build.backend changes nothing: the source is binaries, and nothing is compiled',
        'build.jobs changes nothing: the source is binaries, and nothing is compiled',
      ],
    ],
    [
      'requirements of a ready interpreter',
      unusedToolchain({ source: npm, python: { interpreter: 'python3', torchIndex: 'default' } }),
      ['python.torchIndex changes nothing: "interpreter" is used as it is, and nothing is installed'],
    ],
    [
      'nothing, of a toolchain',
      unusedToolchain({ source: npm, build: { jobs: 2 }, python: { torchIndex: 'auto' } }),
      [],
    ],
  ])('are %s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
