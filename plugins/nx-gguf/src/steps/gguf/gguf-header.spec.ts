import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { parseHeader } from '../../testing/declared/parsed-header.js';

it.each(['constructor', 'toString', 'hasOwnProperty'])(
  'contents of a header have its key %s',
  async (key) => {
    const { metadata } = await parseHeader(tinyGguf({ metadata: [[key, 'string', 'x']], tensors: [] }));
    expect(Object.entries(metadata)).toEqual([[key, 'string']]);
  },
);
