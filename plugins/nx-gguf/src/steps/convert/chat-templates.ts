import type { MetadataValue } from '../../gguf/header/metadata-value.js';

/** The templates of a checkpoint that transformers reads. */
export interface CheckpointTemplates {
  /** Text of chat_template.jinja, or null without one. */
  readonly main: string | null;
  /** Texts of additional_chat_templates/, by name. */
  readonly additional: ReadonlyMap<string, string>;
}

const key = 'tokenizer.chat_template';

/**
 * The templates of a checkpoint that are not those of the GGUF. Where chat_template.jinja lies beside another
 * template in tokenizer_config.json, transformers takes the file and gguf-py the other one; without a
 * tokenizer_config.json gguf-py takes none (gguf-py/gguf/vocab.py).
 */
export function differingTemplates(
  { main, additional }: CheckpointTemplates,
  metadata: ReadonlyMap<string, MetadataValue>,
): string[] {
  const taken = textOf(metadata.get(key));
  const findings: string[] = [];
  if (main !== null && taken === null)
    findings.push(
      'chat_template.jinja is not in the GGUF, which has no chat template: the converter reads it only beside a tokenizer_config.json',
    );
  if (main !== null && taken !== null && !isSame(main, taken))
    findings.push(
      'the chat template of the GGUF is that of tokenizer_config.json and differs from chat_template.jinja, which transformers takes: remove one of them from the checkpoint ("chat_template" in tokenizer_config.json to have what transformers takes)',
    );
  for (const [name, text] of additional) {
    const found = textOf(metadata.get(`${key}.${name.replace(/[^A-Za-z0-9]/g, '_')}`));
    if (found === null || !isSame(text, found))
      findings.push(
        `the chat template additional_chat_templates/${name}.jinja is not in the GGUF: the converter reads it only beside chat_template.jinja, and where tokenizer_config.json has no "chat_template"`,
      );
  }
  return findings;
}

function textOf(value: MetadataValue | undefined): string | null {
  return value?.type === 'string' ? value.value : null;
}

function isSame(a: string, b: string): boolean {
  // Python reads line ends of any kind as \n.
  const plain = (text: string) =>
    text
      .replace(/^\uFEFF/, '')
      .replace(/\r\n?/g, '\n')
      .trimEnd();
  return plain(a) === plain(b);
}
