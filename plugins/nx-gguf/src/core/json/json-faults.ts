import { printParseErrorCode, visit, type ParseError } from 'jsonc-parser';
import { placeAt, type TextPlace } from './text-place.js';

/** Where text is no JSON, or says what would be lost; why, and what to do. */
export interface JsonFault extends TextPlace {
  message: string;
  hint: string;
}

const form = 'The file is JSON; comments, and a comma behind the last member, are allowed.';
const asUtf8 = 'Save it as UTF-8 without a byte order mark.';

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON: names and texts stand in double quotes',
  InvalidNumberFormat: 'this is no number of JSON',
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is missing in front of this',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'the JSON ends in front of this',
  UnexpectedEndOfComment: 'the comment does not end',
  UnexpectedEndOfString: 'the text in double quotes does not end on its line',
  UnexpectedEndOfNumber: 'the number does not end',
  InvalidUnicode: 'this is no Unicode escape of JSON',
  InvalidEscapeCharacter: 'JSON has no such escape; a backslash is written twice',
  InvalidCharacter: 'a control character must be escaped',
};

/** What is wrong at the first place where a text is no JSON. */
export function faultOf(text: string, { error, offset }: ParseError): JsonFault {
  const whole = faultOfFile(text);
  if (whole !== null) return whole;
  const name = printParseErrorCode(error);
  const isInNumber = /\d$/.test(text.slice(0, offset)) && /^[\w.]/.test(text.slice(offset));
  const here = isInNumber ? badNumber : faultOfSymbol(text.slice(offset));
  return {
    ...placeAt(text, offset),
    message: words[name] ?? name,
    hint:
      name === 'EndOfFileExpected'
        ? 'Remove what stands from here to the end of the file, or the bracket in front of it that closes the first value too early.'
        : form,
    ...here,
  };
}

/**
 * The first place where a text that is JSON says what nobody would see lost: a name that stands twice in one
 * object, of which the last wins, one that is the prototype of all objects, a number that is too large for one,
 * or a letter that was not UTF-8 or is none.
 */
export function silentFault(text: string): JsonFault | null {
  const fault = faultOfFile(text);
  if (fault !== null) return fault;
  const objects: Map<string, number>[] = [];
  const found: { offset: number; message: string; hint: string }[] = [];
  visitDeep(text, {
    onObjectBegin: () => {
      objects.push(new Map());
    },
    onObjectEnd: () => {
      objects.pop();
    },
    onObjectProperty: (name, offset) => {
      const names = objects.at(-1);
      const first = names?.get(name);
      names?.set(name, first ?? offset);
      if (name === '__proto__' || !name.isWellFormed()) found.push({ offset, ...badName });
      if (first === undefined) return;
      const { line, column } = placeAt(text, first);
      found.push({
        offset,
        message: `${JSON.stringify(name)} stands here again: it is in the same object at ${line}:${column}, and only one of them would count`,
        hint: 'Keep one of them, or put what both say into one.',
      });
    },
    onLiteralValue: (value, offset) => {
      if (typeof value === 'number' && !Number.isFinite(value))
        found.push({ offset, message: 'this number is too large', hint: 'Write a smaller one.' });
      if (typeof value === 'string' && !value.isWellFormed()) found.push({ offset, ...halfPair });
    },
  });
  const [first] = found;
  return first === undefined
    ? null
    : { ...placeAt(text, first.offset), message: first.message, hint: first.hint };
}

function visitDeep(text: string, visitor: Parameters<typeof visit>[1]): void {
  try {
    visit(text, visitor, { allowTrailingComma: true });
  } catch {
    // Nested deeper than the stack goes: no declaration, as its schema says.
  }
}

/** What is wrong with a file as a whole. */
function faultOfFile(text: string): JsonFault | null {
  if (text.includes('\0') && /^(?:\uFFFD\uFFFD|\0|[^\0]\0)/.test(text))
    return {
      ...placeAt('', 0),
      message: 'the file is in UTF-16, or no text at all, and not in UTF-8',
      hint: `${asUtf8} \`iconv -f UTF-16 -t UTF-8\` does; in PowerShell, \`Set-Content -Encoding utf8NoBOM\`.`,
    };
  if (text.startsWith('\uFEFF'))
    return {
      ...placeAt(text, 0),
      message: 'the file begins with a byte order mark: save it as UTF-8 without one',
      hint: `${asUtf8} \`sed -i '1s/^\\xEF\\xBB\\xBF//'\` removes it.`,
    };
  const conflict = /^(?:<{7}|\|{7}|={7}|>{7})(?:[ \r]|$)/m.exec(text);
  if (conflict !== null)
    return {
      ...placeAt(text, conflict.index),
      message: 'a merge conflict is not resolved',
      hint: 'Keep what is right of what stands between <<<<<<< and >>>>>>>, and remove the lines of these marks.',
    };
  const replaced = text.indexOf('\uFFFD');
  if (replaced >= 0)
    return {
      ...placeAt(text, replaced),
      message: 'this is no letter of UTF-8 (or the mark that a program put in place of one)',
      hint: `${asUtf8} Of a file in Latin-1, \`iconv -f LATIN1 -t UTF-8\` makes one.`,
    };
  if (text.trim() === '')
    return {
      ...placeAt(text, 0),
      message: 'the file is empty',
      hint: 'Write it, or take it from your history.',
    };
  return null;
}

const badName = { message: 'nothing can have this name', hint: 'Give it another one.' };

const halfPair = {
  message: 'this text has half of a surrogate pair, which is no letter',
  hint: 'Write the letter itself, or both halves of it.',
};

const badNumber = {
  message: 'this is no number of JSON',
  hint: 'JSON has decimal numbers alone, without + and without leading zeros: 0.5, 31, 1e-3.',
};

/** What other languages write, and JSON does not. */
const symbols: readonly [RegExp, (found: string) => Pick<JsonFault, 'message' | 'hint'>][] = [
  [
    /^[-+]?(?:NaN|Infinity|inf|nan)\b/,
    (found) => ({
      message: `${found} is no number of JSON`,
      hint: 'Write a number, or leave the field out.',
    }),
  ],
  [
    /^(?:True|False|None|undefined)\b/,
    (found) => ({
      message: `${found} is no value of JSON`,
      hint: found === 'True' || found === 'False' ? `Write ${found.toLowerCase()}.` : 'Leave the field out.',
    }),
  ],
  [
    /^['`\u2018\u2019\u201C\u201D]/,
    (found) => ({
      message: `${found} is no quotation mark of JSON: names and texts stand in double quotes`,
      hint: 'Write " in its place.',
    }),
  ],
  [/^(?:\+\d|\.\d|-\.\d|0[xX\d])/, () => badNumber],
];

function faultOfSymbol(rest: string): Pick<JsonFault, 'message' | 'hint'> | null {
  for (const [pattern, says] of symbols) {
    const found = pattern.exec(rest)?.[0];
    if (found !== undefined) return says(found);
  }
  return null;
}
