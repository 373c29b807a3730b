// Writes the vocabulary of a GGUF file in the form that the `tokenizers` library reads.

/**
 * Vocabularies of llama.cpp's source, each with the pre-tokenizer by which the converter recognises it: it
 * compares the ids of a test text.
 */
export const VOCABULARIES = {
  qwen2: {
    file: 'ggml-vocab-qwen2.gguf',
    endOfTurn: '<|im_end|>',
    normalizer: { type: 'NFC' },
    pattern:
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  },
  // A third of the tokens, for tests: weights are mostly embeddings, and there is a logit for each token.
  'gpt-2': {
    file: 'ggml-vocab-gpt-2.gguf',
    endOfTurn: '<|endoftext|>',
    normalizer: null,
    pattern: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  },
};

const NORMAL = 1;
const CONTROL = 3;
const CHAT_TEMPLATE = [
  '{% for message in messages %}',
  "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}",
  '{% endfor %}',
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
].join('');

/** The text of `tokenizer.json`: byte-level BPE; ids that the vocabulary does not use are left out. */
export function tokenizerJson({ tokens, tokenTypes, merges }, { normalizer, pattern }) {
  // Written by hand: a plain object would reorder tokens that look like numbers and lose one called
  // __proto__.
  const vocabulary = tokens.flatMap((token, id) =>
    tokenTypes[id] === NORMAL ? [`${JSON.stringify(token)}:${id}`] : [],
  );
  const addedTokens = controlTokens({ tokens, tokenTypes }).map(({ id, token }) => ({
    id,
    content: token,
    ...ADDED,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const rest = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        byteLevel,
      ],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
  };
  const model = {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    byte_fallback: false,
  };
  return `${open(rest)},"model":${open(model)},"vocab":{${vocabulary.join(',')}},"merges":${JSON.stringify(merges)}}}\n`;
}

/** The text of `tokenizer_config.json`; the generic class makes transformers take tokenizer.json as it is. */
export function tokenizerConfigJson(vocabulary, { endOfTurn }) {
  const decoder = Object.fromEntries(
    controlTokens(vocabulary).map(({ id, token }) => [id, { content: token, ...ADDED }]),
  );
  const configuration = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    add_bos_token: false,
    added_tokens_decoder: decoder,
    bos_token: null,
    eos_token: endOfTurn,
    pad_token: '<|endoftext|>',
    unk_token: null,
    clean_up_tokenization_spaces: false,
    model_max_length: 32768,
    chat_template: CHAT_TEMPLATE,
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** The id of a token that must be in the vocabulary. */
export function tokenId({ tokens }, token) {
  const id = tokens.indexOf(token);
  if (id < 0) throw new Error(`The vocabulary has no token ${token}.`);
  return id;
}

const ADDED = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

function controlTokens({ tokens, tokenTypes }) {
  return tokens.flatMap((token, id) => (tokenTypes[id] === CONTROL ? [{ id, token }] : []));
}

function open(object) {
  return JSON.stringify(object).slice(0, -1);
}
