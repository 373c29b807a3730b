import { imatrixArgs, type ImatrixOptions } from './imatrix-args.js';
import { plainOfflineFlags } from './tool-flags.js';

const run = { model: 'm.gguf', text: 't.txt', output: 'i.gguf' };

describe('imatrixArgs', () => {
  it.each<[string, Partial<ImatrixOptions>, string]>([
    ['the defaults of the tool', {}, ''],
    [
      'context and batches',
      { contextTokens: 512, batchTokens: 1024, ubatchTokens: 256 },
      ' -c 512 -b 1024 -ub 256',
    ],
    ['a part of the text', { chunks: 10, firstChunk: 3 }, ' --chunks 10 --chunk 3'],
    [
      'what to collect and how to read',
      { processOutput: true, parseSpecial: true, threads: 2 },
      ' --process-output --parse-special -t 2',
    ],
    ['no flag that is off', { processOutput: false, parseSpecial: false }, ''],
  ])('gives %s', (_, options, expected) => {
    const common = `${plainOfflineFlags.join(' ')} -m m.gguf -f t.txt -o i.gguf --output-format gguf --output-frequency 2147483647`;
    expect(imatrixArgs({ ...run, ...options }).join(' ')).toBe(common + expected);
  });
});
