import { visibleText } from '../../core/visible-text.js';

/** Text that is HTML already, and is not escaped again. */
export interface Html {
  readonly markup: string;
}

/** What stands in a template: text is escaped, lists are joined, null is nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/**
 * A template of HTML. Whatever is put into it is text, unless it is HTML itself: names in evidence may be
 * anybody's.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return {
    markup: parts
      .map((part, index) => part + (index < values.length ? markupOf(values[index] ?? null) : ''))
      .join(''),
  };
}

/** HTML that was made elsewhere and is known to be safe. */
export function trusted(markup: string): Html {
  return { markup };
}

/** Text as it stands in HTML, in attributes too; what is not seen, or moves the text around it, is an escape. */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * JSON as it stands in a script element: it cannot end the element, and the page can show every text of it, see
 * `visibleText`.
 */
export function scriptJson(value: unknown): Html {
  return {
    markup: JSON.stringify(visible(value)).replace(
      /[<>&]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  };
}

function visible(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [visibleText(key), visible(of)]));
}

function markupOf(value: HtmlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}
