import { danglingLinks } from './card-links.js';

const page = 'https://hub.example.org/me/model-GGUF';
const held = new Set(['README.md', 'model-Q4_K_M.gguf', 'pictures/kld-size.svg', 'a (b).gguf', 'LICENSE']);
const dangling = (card: string): string[] => danglingLinks(card, { held, page });

describe('links of a card that lead to no file of the publication', () => {
  it.each<[string, string, string[]]>([
    ['a file that is there', '[x](model-Q4_K_M.gguf)', []],
    ['one that is not', '| [`model-BF16.gguf`](model-BF16.gguf) | BF16 |', ['model-BF16.gguf']],
    ['in brackets', '[x](<model BF16.gguf>)', ['model BF16.gguf']],
    ['with a title', '[x](other.md "The other")', ['other.md']],
    ['written with escapes', '[x](a%20%28b%29.gguf) [y](a%20\\(b\\).gguf)', []],
    ['with a fragment or query', '[x](model-Q4_K_M.gguf?download=true) [y](README.md#files)', []],
    ['a picture', '![size](pictures/kld-size.svg) ![speed](pictures/speed.svg)', ['pictures/speed.svg']],
    ['a picture that is a link', '[![a](pictures/none.svg)](none.md)', ['pictures/none.svg', 'none.md']],
    ['a directory', '[all](pictures/) [none](plan/)', ['plan/']],
    ['roundabout', '[x](./pictures/../model-Q4_K_M.gguf) [y](./none.md)', ['./none.md']],
    ['outside of the repository', '[x](../LICENSE)', ['../LICENSE']],
    ['by reference', '[x][1]\n\n[1]: none.md\n[2]: <LICENSE>\n', ['none.md']],
    ['in HTML', '<a href="none.md">x</a> <img alt="a" src=pictures/kld-size.svg>', ['none.md']],
    ['twice', '[x](none.md) [y](none.md)', ['none.md']],
    [
      'by its address at the destination',
      `[x](${page}/resolve/main/none.gguf) [y](${page}/blob/main/model-Q4_K_M.gguf) [z](${page}) [d](${page}/discussions)`,
      [`${page}/resolve/main/none.gguf`],
    ],
    [
      'elsewhere',
      '[a](https://example.org/x) [b](mailto:me@example.org) [c](#files) [d](/me) [e](//x/y)',
      [],
    ],
    ['in code', '`[x](none.md)`\n\n```sh\n[y](none.md)\n```\n\n~~~\n[z](none.md)\n', []],
    ['no link', 'an array\\[0\\](none) and [text] (none)', []],
    ['a license link', '---\nlicense: other\nlicense_link: TERMS.txt\n---\n# x\n', ['TERMS.txt']],
    ['a license link that is there', '---\nlicense_link: LICENSE\n---\n', []],
    ['metadata that is no YAML', '---\nlicense: [\n---\n[x](none.md)', ['none.md']],
  ])('%s', (...[, card, expected]) => {
    expect(dangling(card)).toEqual(expected);
  });

  it('of a destination without a page: addresses lead elsewhere', () => {
    expect(danglingLinks(`[x](${page}/resolve/main/none.gguf)`, { held, page: null })).toEqual([]);
  });
});
