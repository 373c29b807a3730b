import { basePassArgs, variantPassArgs } from './perplexity-args.js';
import { plainOfflineFlags } from './tool-flags.js';

const plain = plainOfflineFlags.join(' ');
const pass = { model: 'm.gguf', baseFile: 'base.kld', contextTokens: 512 };

describe('arguments of llama-perplexity', () => {
  it('keep it off the network and its log plain', () => {
    expect(plain).toBe('--offline --no-log-prefix --no-log-timestamps --log-colors off --verbosity 3');
  });

  it.each([
    [
      'a base pass over all of the text',
      basePassArgs({ ...pass, text: 't.txt' }),
      '-m m.gguf -c 512 -f t.txt --kl-divergence-base base.kld',
    ],
    [
      'a base pass with everything set',
      basePassArgs({
        ...pass,
        text: 't.txt',
        batchTokens: 2048,
        ubatchTokens: 256,
        chunks: 8,
        gpuLayers: 'all',
        devices: ['CUDA0', 'RPC0'],
        rpcServers: ['a:1', 'b:2'],
        flashAttention: 'off',
      }),
      '-m m.gguf -c 512 -b 2048 -ub 256 --rpc a:1,b:2 -dev CUDA0,RPC0 -ngl all -fa off -f t.txt --kl-divergence-base base.kld --chunks 8',
    ],
    [
      'a variant pass',
      variantPassArgs({ ...pass, gpuLayers: 0 }),
      '-m m.gguf -c 512 -ngl 0 --kl-divergence --kl-divergence-base base.kld',
    ],
  ])('give %s', (_, args, expected) => {
    expect(args.join(' ')).toBe(`${plain} ${expected}`);
  });
});
