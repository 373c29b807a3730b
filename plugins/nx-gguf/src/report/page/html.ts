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

/** Text as it stands in HTML, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(unprintable, '�');
}

/** JSON as it stands in a script element: it cannot end the element, and holds no line end of JavaScript. */
export function scriptJson(value: unknown): Html {
  return {
    markup: JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  };
}

/** Characters that HTML has no place for, and those that reorder the text around them. */
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function markupOf(value: HtmlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}
