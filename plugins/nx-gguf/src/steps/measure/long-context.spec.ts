import { readGgufHeader } from '../../gguf/header.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { longContextWords } from './long-context.js';

const header = (...metadata: NonNullable<NonNullable<Parameters<typeof tinyGguf>[0]>['metadata']>) => {
  const bytes = tinyGguf({ metadata });
  return readGgufHeader({
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
};

describe('chunks longer than the context that a model was trained on', () => {
  it.each([
    [65, 'evaluation.ctx is 65, and the model was trained on contexts of 64 tokens: '],
    [64, null],
  ])('are told: %d', async (ctx, words) => {
    const model = await header(
      ['general.architecture', 'string', 'qwen35'],
      ['qwen35.context_length', 'uint32', 64],
    );
    const found = longContextWords(model, ctx);
    if (words === null) expect(found).toBeNull();
    else expect(found).toContain(words);
  });

  it('are not guessed at where the model states none', async () => {
    expect(longContextWords(await header(['general.architecture', 'string', 'x']), 99)).toBeNull();
    expect(longContextWords(await header(['general.name', 'string', 'x']), 99)).toBeNull();
  });
});
