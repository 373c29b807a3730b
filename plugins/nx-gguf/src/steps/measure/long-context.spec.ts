import { readGgufHeader } from '../../gguf/header/header.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { trainedContext } from './long-context.js';

const header = (...metadata: NonNullable<NonNullable<Parameters<typeof tinyGguf>[0]>['metadata']>) => {
  const bytes = tinyGguf({ metadata });
  return readGgufHeader({
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
};

describe('the context that a model was trained on', () => {
  it('is what its header states', async () => {
    const model = await header(
      ['general.architecture', 'string', 'qwen35'],
      ['qwen35.context_length', 'uint32', 64],
    );
    expect(trainedContext(model)).toBe(64);
  });

  it('is not guessed at where it states none', async () => {
    expect(trainedContext(await header(['general.architecture', 'string', 'x']))).toBeNull();
    expect(trainedContext(await header(['general.name', 'string', 'x']))).toBeNull();
  });
});
