import { checkpointLimits, jsonOrNull } from '../core/json/json-reader.js';

/**
 * A text as comparable parts by name: JSON indented, without its chat templates, and each of these as text. What
 * is no object of JSON, or an odd one that indenting would blow up, is one part as it is.
 */
export function comparableParts(text: string | null): Map<string, string> {
  if (text === null) return new Map();
  const value = jsonOrNull(text, { ...checkpointLimits, length: largestJson });
  if (!isRecord(value) || isDeeper(value, deepestJson)) return new Map([['', withEnd(text)]]);
  const { chat_template: template, ...rest } = value;
  const { texts, others } = templatesOf(template);
  const parts = new Map([
    ['', withEnd(JSON.stringify(others === undefined ? rest : { ...rest, chat_template: others }, null, 2))],
  ]);
  for (const [name, of] of texts) parts.set(freeName(name, parts), withEnd(of));
  return parts;
}

const largestJson = 1 << 20;
const deepestJson = 16;

/** Chat templates in every form that hubs have: one, a list of named ones, or by name; `others` is the rest. */
function templatesOf(template: unknown): { texts: [string, string][]; others?: unknown } {
  if (typeof template === 'string') return { texts: [['chat_template', template]] };
  if (typeof template !== 'object' || template === null)
    return template === undefined ? { texts: [] } : { texts: [], others: template };
  const texts: [string, string][] = [];
  const others: [string, unknown][] = [];
  for (const [key, one] of Object.entries(template)) {
    if (typeof one === 'string') {
      texts.push([`chat_template ${key}`, one]);
    } else if (isRecord(one) && typeof one['template'] === 'string') {
      const { template: text, name, ...more } = one;
      texts.push([`chat_template ${typeof name === 'string' ? name : key}`, text]);
      if (Object.keys(more).length > 0) others.push([key, more]);
    } else {
      others.push([key, one]);
    }
  }
  return others.length === 0 ? { texts } : { texts, others: Object.fromEntries(others) };
}

/** Two templates of one name are two parts: the second must not hide the first. */
function freeName(name: string, parts: ReadonlyMap<string, string>): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name} (${count})`;
    if (!parts.has(free)) return free;
  }
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
