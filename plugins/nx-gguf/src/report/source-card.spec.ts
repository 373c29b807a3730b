import { readSourceCard } from './source-card.js';

const card = (front: string, newline = '\n'): string =>
  ['---', ...front.split('\n'), '---', '# Model', ''].join(newline);
const nothing = {
  license: null,
  licenseName: null,
  licenseLink: null,
  languages: [],
  tags: [],
  pipelineTag: null,
  baseModels: [],
};

describe('readSourceCard', () => {
  it('reads what a quantization takes over', () => {
    const front =
      'base_model:\n- Qwen/Qwen3.5-0.8B\nlicense: apache-2.0\nlicense_link: https://huggingface.co/Qwen/Qwen3.5-0.8B/blob/main/LICENSE\nlanguage:\n- en\n- "no"\n- zh-Hant\ntags: [unsloth, qwen3_5]\npipeline_tag: image-text-to-text\nlibrary_name: transformers';
    const read = {
      license: 'apache-2.0',
      licenseName: null,
      licenseLink: 'https://huggingface.co/Qwen/Qwen3.5-0.8B/blob/main/LICENSE',
      languages: ['en', 'no', 'zh-Hant'],
      tags: ['unsloth', 'qwen3_5'],
      pipelineTag: 'image-text-to-text',
      baseModels: ['Qwen/Qwen3.5-0.8B'],
    };
    expect(readSourceCard(card(front))).toEqual(read);
    expect(readSourceCard(`\uFEFF${card(front, '\r\n')}`)).toEqual(read);
  });

  it.each([
    ['no front matter', '# Model\n'],
    ['front matter that does not end', '---\nlicense: mit\n'],
    ['no mapping', card('- a\n- b')],
    ['no YAML', card('license: [mit')],
    ['an unknown tag of YAML that runs code elsewhere', card('!!js/function "x"')],
    ['aliases', card('a: &a [x, x]\nb: [*a, *a, *a]\nlicense: mit')],
    ['a huge one', card(`license: mit\ntags: ["${'x'.repeat(70_000)}"]`)],
  ])('has nothing of %s', (_, text) => {
    expect(readSourceCard(text)).toBeNull();
  });

  it.each([
    ['license', 'license: "mit\\n---\\n<script>"'],
    ['license as a mapping', 'license: { name: mit }'],
    ['language', 'language: [en us, "<b>", 7, true]'],
    ['tags', 'tags: ["a|b", "<img src=x>", "-x", "", null, "`x`"]'],
    ['pipeline_tag', 'pipeline_tag: Text Generation'],
    ['license_link', 'license_link: "javascript:alert(1)"'],
    ['base_model', 'base_model: [../../etc, "a/b/c", "x"]'],
  ])('leaves out a %s that the hub would not take', (_, front) => {
    expect(readSourceCard(card(front))).toEqual(nothing);
  });

  it('keeps the good of several values, once', () => {
    expect(readSourceCard(card('language: en\ntags: [a, "<b>", a, b]'))).toEqual({
      ...nothing,
      languages: ['en'],
      tags: ['a', 'b'],
    });
  });
});
