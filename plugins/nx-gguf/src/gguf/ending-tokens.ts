import type { GgufHeader } from './header/header.js';

/**
 * Tokens at which llama.cpp ends a text because of what they are called, whatever the metadata says
 * (src/llama-vocab.cpp of llama.cpp v0.5.0, special_eog_ids).
 */
const endingByName: ReadonlySet<string> = new Set([
  ...['<|eot_id|>', '<|im_end|>', '<|end|>', '<|return|>', '<|call|>', '<|flush|>', '<|calls|>'],
  ...['<end_of_turn>', '<|endoftext|>', '</s>', '<|eom_id|>', '<EOT>', '_<EOT>', '[EOT]', '[EOS]'],
  ...['<|end_of_text|>', '<end_of_utterance>', '<eos>', '<turn|>', '<|tool_response>'],
  ...['<｜end▁of▁sentence｜>', '[e~['],
  // What fills and parts files, of which llama.cpp takes one of each kind.
  ...['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]'],
  ...['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>', '<|file_sep|>'],
]);

const idKeys = ['eos', 'eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].map(
  (kind) => `tokenizer.ggml.${kind}_token_id`,
);

/** Ids that llama.cpp takes where the metadata name none, by the kind of vocabulary. */
const defaultEnd: Readonly<Record<string, number>> = { llama: 2, gpt2: 11 };

/** Ids of the tokens at which llama.cpp ends a text, by the metadata and by name. */
export function endingTokens(
  { metadata }: Pick<GgufHeader, 'metadata'>,
  texts: readonly string[],
): ReadonlySet<number> {
  const ids = new Set<number>();
  const named = new Map<string, number>();
  for (const [id, text] of texts.entries()) if (endingByName.has(text)) named.set(text, id);
  for (const id of named.values()) ids.add(id);
  for (const key of idKeys) {
    const value = metadata.get(key);
    if (value !== undefined && 'value' in value) ids.add(Number(value.value));
  }
  const kind = metadata.get('tokenizer.ggml.model');
  const standard = kind?.type === 'string' ? defaultEnd[kind.value] : undefined;
  if (!metadata.has('tokenizer.ggml.eos_token_id') && standard !== undefined) ids.add(standard);
  const has = (text: string) => named.has(text);
  const areRepliesNamed = (has('<|return|>') || has('<|flush|>')) && (has('<|call|>') || has('<|calls|>'));
  if (areRepliesNamed) ids.delete(named.get('<|end|>') ?? -1);
  if (has('<|tool_response>')) ids.delete(named.get('</s>') ?? -1);
  return ids;
}
