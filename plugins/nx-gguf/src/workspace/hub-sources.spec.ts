import { validate } from '../core/validate.js';
import { withPlainRepositories } from './hub-sources.js';

const source = (fields: object) => ({ type: 'huggingface', ...fields });
const model = (fields: object) => ({ name: 'm', source: source(fields) });

/** The source of a model file as the program reads it. */
function read(fields: object, hub: string | null = null): unknown {
  const checked = validate('model', model(fields), 'model.json');
  return withPlainRepositories('model', checked, { shown: 'model.json', hub }).source;
}

/** The source of a reference, which may be one file. */
function readReference(fields: object): unknown {
  const content = { ...model({ repository: 'o/n' }), references: { r: { source: source(fields) } } };
  const checked = validate('model', content, 'model.json');
  return withPlainRepositories('model', checked, { shown: 'model.json' }).references?.['r']?.source;
}

describe('a repository', () => {
  it.each<[string, object]>([
    ['unsloth/Qwen3.5-0.8B', {}],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B', {}],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/', {}],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B?library=transformers#files', {}],
    ['http://www.huggingface.co/unsloth/Qwen3.5-0.8B', {}],
    ['https://HuggingFace.co/unsloth/Qwen3.5-0.8B', {}],
    ['huggingface.co/unsloth/Qwen3.5-0.8B', {}],
    ['hf.co/unsloth/Qwen3.5-0.8B', {}],
    ['https://hf.co/unsloth/Qwen3.5-0.8B', {}],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B.git', {}],
    ['https://huggingface.co/api/models/unsloth/Qwen3.5-0.8B', {}],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/tree/main', {}],
    ['hf://unsloth/Qwen3.5-0.8B', {}],
    [' unsloth/Qwen3.5-0.8B ', {}],
    ['\thf.co/unsloth/Qwen3.5-0.8B\n', {}],
    ['unsloth/Qwen3.5-0.8B/', {}],
    ['unsloth/Qwen3.5-0.8B.git', {}],
    ['models/unsloth/Qwen3.5-0.8B', {}],
    ['unsloth/Qwen3.5-0.8B@v1.0', { revision: 'v1.0' }],
    ['unsloth/Qwen3.5-0.8B@refs/pr/3', { revision: 'refs/pr/3' }],
    ['hf://unsloth/Qwen3.5-0.8B@refs/pr/3/config.json', { revision: 'refs/pr/3', include: ['config.json'] }],
    ['unsloth/Qwen3.5-0.8B/tree/v1.0', { revision: 'v1.0' }],
    ['datasets/unsloth/Qwen3.5-0.8B', { kind: 'dataset' }],
    ['datasets/unsloth/Qwen3.5-0.8B@v2', { kind: 'dataset', revision: 'v2' }],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/tree/v1.0', { revision: 'v1.0' }],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/tree/refs%2Fpr%2F3', { revision: 'refs/pr/3' }],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/commit/0123abcd', { revision: '0123abcd' }],
    ['hf://unsloth/Qwen3.5-0.8B@v2/config.json', { revision: 'v2', include: ['config.json'] }],
    [
      'https://huggingface.co/unsloth/Qwen3.5-0.8B/blob/main/imatrix_unsloth.gguf_file',
      { include: ['imatrix_unsloth.gguf_file'] },
    ],
    [
      'https://huggingface.co/unsloth/Qwen3.5-0.8B/resolve/abc123/BF16/a%20b.gguf?download=true',
      { revision: 'abc123', include: ['BF16/a b.gguf'] },
    ],
    [
      'https://huggingface.co/unsloth/Qwen3.5-0.8B/blob/main/BF16/m-00001-of-00002.gguf',
      { include: ['BF16/m-00001-of-00002.gguf', 'BF16/m-00002-of-00002.gguf'] },
    ],
    ['https://huggingface.co/unsloth/Qwen3.5-0.8B/tree/main/BF16', { include: ['BF16/**'] }],
    ['https://huggingface.co/datasets/unsloth/Qwen3.5-0.8B', { kind: 'dataset' }],
    ['hf://datasets/unsloth/Qwen3.5-0.8B', { kind: 'dataset' }],
    [
      'https://huggingface.co/datasets/unsloth/Qwen3.5-0.8B/blob/main/x.zip',
      { kind: 'dataset', include: ['x.zip'] },
    ],
  ])('%s', (repository, expected) => {
    expect(readReference({ repository })).toEqual(
      source({ repository: 'unsloth/Qwen3.5-0.8B', ...expected }),
    );
  });

  it('of an address keeps the fields that agree with it', () => {
    const repository = 'https://huggingface.co/a/b/blob/v1/x.gguf';
    expect(readReference({ repository, revision: 'v1', exclude: ['y'] })).toEqual(
      source({ repository: 'a/b', revision: 'v1', include: ['x.gguf'], exclude: ['y'] }),
    );
  });

  it.each<[string, object, RegExp]>([
    ['https://hf-mirror.com/a/b', {}, /"repository": "a\/b" and "endpoint": "https:\/\/hf-mirror\.com"/],
    ['https://github.com/a/b', {}, /"type": "git"/],
    ['https://huggingface.co/spaces/a/b', {}, /spaces/],
    ['https://huggingface.co/gpt2', {}, /openai-community\/gpt2/],
    ['https://huggingface.co/', {}, /"owner\/name"/],
    ['https://huggingface.co/a/b/discussions/3', {}, /Write "repository": "a\/b"\./],
    ['https://huggingface.co/unsloth', {}, /names no owner/],
    ['https://codeberg.org/a/b.git', {}, /"type": "git"/],
    ['spaces/a/b', {}, /one of the spaces/],
    ['hf://spaces/a/b', {}, /one of the spaces/],
    ['gpt2', {}, /openai-community\/gpt2 for gpt2/],
    ['gpt2@main', {}, /openai-community\/gpt2 for gpt2/],
    ['hf.co/gpt2', {}, /openai-community\/gpt2 for gpt2/],
    ['datasets/squad', {}, /names no owner/],
    ['hf.co/a/b-GGUF:Q4_K_M', {}, /"repository": "a\/b-GGUF".*"include": \["\*\*\/\*Q4_K_M\*\.gguf"\]/],
    ['a/b-GGUF:Q4_K_M', {}, /"repository": "a\/b-GGUF".*"include": \["\*\*\/\*Q4_K_M\*\.gguf"\]/],
    ['hf://a/b-GGUF:Q4_K_M', {}, /"repository": "a\/b-GGUF"/],
    ['a/b@-x', {}, /branch, tag or commit in "revision"/],
    ['a b/c', {}, /"owner\/name"/],
    [' ', {}, /"owner\/name"/],
    ['a/b/c', {}, /Write "repository": "a\/b"\./],
    ['../b', {}, /"type": "path"/],
    ['./a/b', {}, /"type": "path"/],
    ['~/models/b', {}, /"type": "path"/],
    ['/models/b', {}, /"type": "path"/],
    ['C:\\models\\b', {}, /"type": "path"/],
    ['a/../b', {}, /"owner\/name"/],
    [
      'https://huggingface.co/a/b/blob/v1/x/model.safetensors',
      {},
      /^Write "repository": "a\/b" and "revision": "v1": of its files/,
    ],
    ['hf.co/a/b/resolve/main/m-Q8_0.gguf', {}, /A GGUF is no such source/],
    ['hf://a/b/config.json', {}, /^Write "repository": "a\/b": of its files/],
    ['git@hf.co:a/b', {}, /"repository": "a\/b"/],
    ['https://huggingface.co/a/b/tree/v1', { revision: 'v2' }, /"revision"/],
    ['https://huggingface.co/datasets/a/b', { kind: 'model' }, /"kind"/],
  ])('%s with %j is refused with what to write', (repository, fields, hint) => {
    expect(() => read({ repository, ...fields })).toThrow(
      expect.objectContaining({
        code: 'HUB_ADDRESS_UNUSABLE',
        message: expect.stringMatching(/^model\.json: source/) as string,
        hint: expect.stringMatching(hint) as string,
      }) as Error,
    );
  });

  it('of a file that another one is named beside is refused', () => {
    const fields = { repository: 'https://huggingface.co/a/b/blob/main/x', include: ['y'] };
    expect(() => readReference(fields)).toThrow(/names \["x"\], and "include" \["y"\]/);
  });

  it.each<[string, string, object]>([
    ['https://hf-mirror.com', 'https://hf-mirror.com/a/b', {}],
    ['https://hf-mirror.com', 'hf-mirror.com/a/b', {}],
    ['https://hf-mirror.com', 'https://hf-mirror.com/a/b/tree/v1', { revision: 'v1' }],
    ['https://hf-mirror.com', 'https://hf-mirror.com/datasets/a/b', { kind: 'dataset' }],
    ['http://localhost:8080/hub', 'http://localhost:8080/hub/a/b', {}],
    ['https://hf-mirror.com', 'https://huggingface.co/a/b', {}],
  ])('of the hub that HF_ENDPOINT names (%s) is read: %s', (hub, repository, expected) => {
    expect(read({ repository }, hub)).toEqual(source({ repository: 'a/b', ...expected }));
  });

  it('of the hub that "endpoint" beside it names is read', () => {
    const endpoint = 'https://hub.example.org';
    expect(read({ repository: `${endpoint}/a/b`, endpoint })).toEqual(
      source({ repository: 'a/b', endpoint }),
    );
  });

  it('of a third hub is refused although HF_ENDPOINT names one', () => {
    expect(() => read({ repository: 'https://x.example.org/a/b' }, 'https://hf-mirror.com')).toThrow(
      expect.objectContaining({ code: 'HUB_ADDRESS_UNUSABLE' }) as Error,
    );
  });

  it('of an address shows no password in messages', () => {
    expect(() => read({ repository: 'https://me:secret@hub.example.org/a/b?token=secret' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }) as Error,
    );
  });
});

it('addresses are read wherever a source is, and where is published', () => {
  const repository = 'https://huggingface.co/a/b';
  const plain = { type: 'huggingface', repository: 'a/b' };
  const content = {
    name: 'm',
    source: { type: 'huggingface', repository },
    planFrom: { type: 'huggingface', repository },
    imatrix: { type: 'file', source: { type: 'huggingface', repository } },
    references: { r: { source: { type: 'huggingface', repository: `${repository}/blob/main/x.gguf` } } },
    publish: { to: { type: 'huggingface', repository } },
  };
  expect(
    withPlainRepositories('model', validate('model', content, 'model.json'), { shown: 'model.json' }),
  ).toEqual({
    name: 'm',
    source: plain,
    planFrom: plain,
    imatrix: { type: 'file', source: plain },
    references: { r: { source: { ...plain, include: ['x.gguf'] } } },
    publish: { to: plain },
  });
  const corpus = {
    description: 'd',
    source: { type: 'huggingface', repository: 'https://hf.co/datasets/a/b' },
  };
  expect(
    withPlainRepositories('corpus', validate('corpus', corpus, 'corpus.json'), { shown: 'corpus.json' })
      .source,
  ).toEqual({
    ...plain,
    kind: 'dataset',
  });
});
