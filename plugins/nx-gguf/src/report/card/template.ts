import { GgufError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggestion.js';

/** A Markdown text with placeholders, and the name it is told by in errors. */
export interface CardTemplate {
  readonly file: string;
  readonly text: string;
}

/** A hub would read only the first one, and show the second as a heading. */
const frontMatter = /^\uFEFF?---[ \t]*\r?\n(?:[A-Za-z_][\w-]*:[^]*\n)?---[ \t]*(?:\r?\n|$)/;
const placeholder = /\\?\{\{(?:[^{}\n]*\}\})?/g;

/**
 * The text with each `{{name}}` replaced; `\{{` stands for two braces. What is put in is not searched for
 * placeholders again, and a line that holds nothing but placeholders for nothing goes. `formerNames` are
 * those that placeholders once had: the name of now is suggested.
 * @throws GgufError `BAD_CARD_TEMPLATE` that lists every placeholder that is not known and front matter, by
 *   file and line
 */
export function fillTemplate(
  { file, text }: CardTemplate,
  values: ReadonlyMap<string, string>,
  formerNames: ReadonlyMap<string, string> = new Map(),
): string {
  const problems: string[] = frontMatter.test(text)
    ? [`${file}:1: front matter; a card has its own, which "card" in model.json can change`]
    : [];
  const valueOf = (found: string, line: number): string => {
    if (found.startsWith('\\')) return found.slice(1);
    const name = found.endsWith('}}') ? found.slice(2, -2).trim() : null;
    const value = name === null ? undefined : values.get(name);
    if (value === undefined)
      problems.push(
        `${file}:${line}: ${name === null ? 'a placeholder that does not end in this line' : `there is no placeholder ${JSON.stringify(name)}${didYouMean(formerNames.get(name) ?? name, [...values.keys()])}`}`,
      );
    return value ?? '';
  };
  const lines = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .flatMap((line, index) => {
      const filled = line.replace(placeholder, (found) => valueOf(found, index + 1));
      return filled.trim() === '' && line.trim() !== '' ? [] : [filled];
    });
  if (problems.length > 0)
    throw new GgufError('BAD_CARD_TEMPLATE', problems.join('\n'), {
      hint: `Placeholders are: ${shown([...values.keys()])}. Write \\{{ for two braces.`,
    });
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

// Those of variants and references are many, and alike.
function shown(names: readonly string[]): string {
  const general = names.filter((name) => !/^(variant|reference)\./.test(name));
  const one = names.filter((name) => name.startsWith('variant.'));
  return [...general, ...one.filter((name) => name.split('.')[1] === one[0]?.split('.')[1])].join(', ');
}
