import { endingTokens } from '../../gguf/ending-tokens.js';
import type { GgufHeader } from '../../gguf/header/header.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Where a checkpoint says which tokens end a text, and the GGUF made of it. */
export interface DeclaredEnds {
  /** generation_config.json, or null without one. */
  generation: JsonObject | null;
  /** The part of config.json that is about text. */
  config: JsonObject;
  header: Pick<GgufHeader, 'metadata'>;
  /** Texts of the GGUF's tokens. */
  texts: readonly string[];
}

/**
 * Tokens at which transformers ends a text and llama.cpp does not. gguf-py takes one such token, the
 * "eos_token" of tokenizer_config.json before that of config.json, and never looks at generation_config.json
 * (gguf-py/gguf/vocab.py); llama.cpp adds those that it knows by name.
 */
export function unendedReplies({ generation, config, header, texts }: DeclaredEnds): string[] {
  if (texts.length === 0) return [];
  const ofGeneration = idsIn(generation?.['eos_token_id']);
  const [file, ids] =
    ofGeneration.length > 0
      ? (['generation_config.json', ofGeneration] as const)
      : (['config.json', idsIn(config['eos_token_id'])] as const);
  const ends = endingTokens(header, texts);
  const lost = [...new Set(ids)].filter((id) => !ends.has(id));
  const [first] = lost;
  if (first === undefined) return [];
  const shown = (id: number) => `${id} (${texts[id] ?? 'not in the vocabulary'})`;
  const known = lost.find((id) => id < texts.length);
  const help =
    known === undefined
      ? `is "eos_token_id" of ${file} that of another tokenizer?`
      : `name it as "eos_token" in tokenizer_config.json, or give the variants "overrideKv": ["tokenizer.ggml.eos_token_id=int:${known}"]`;
  const rest =
    lost.length < ids.length
      ? 'a reply that ends with it goes on'
      : 'llama.cpp ends at none of the tokens that it names, and replies do not stop';
  return [
    `${file} says that a text ends at token ${lost.map(shown).join(', ')} ("eos_token_id"), which is no end for llama.cpp, by the metadata of the GGUF or by name: ${rest}; ${help}`,
  ];
}

function idsIn(value: unknown): number[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (id): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0,
  );
}
