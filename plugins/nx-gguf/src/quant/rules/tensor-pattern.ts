import { repetitionProblem } from './pattern-repeats.js';

/** The problem of a pattern: a stable code and the reason. */
export interface PatternProblem {
  readonly code:
    'TENSOR_PATTERN_INVALID' | 'TENSOR_PATTERN_CASE' | 'TENSOR_PATTERN_NOT_PORTABLE' | 'TENSOR_PATTERN_SLOW';
  readonly message: string;
}

/*
 * JavaScript's RegExp without the u and v flags is close to the ECMAScript grammar of std::regex, which
 * llama.cpp uses. Where they differ, std::regex is usually the stricter one; where both accept and mean
 * different things (POSIX classes, unknown escapes), our plan would disagree with the tool. So only these
 * pieces, which mean the same in both, are allowed.
 */
const portablePieces = [
  /\\(?:[bdswfnrtv]|0(?!\d)|x[\da-f]{2}|u[\da-f]{4}|c[a-z]|[1-9](?!\d)|[^a-z\d])/,
  /\[(?!\^\])\^?(?:[^\]\\[-]|-(?!\\[dsw])|\\[dsw](?!-[^\]])|\\[bfnrtv]|\\[^a-z\d])+\]/,
  /\{\d+(?:,\d*)?\}/,
  /\((?:\?[:!])?(?!\?)/,
  /[^\\[{(]/,
];
const portable = new RegExp(`^(?:${portablePieces.map(({ source }) => source).join('|')})*$`);

// libstdc++ ends at 100,000 states, of which a character takes up to three.
const longestPattern = 30_000;

/**
 * The pattern as llama-quantize uses it: ASCII letters in lower case (follows parse_tensor_type of
 * quantize.cpp).
 */
export function lowerCasePattern(pattern: string): string {
  return pattern.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Why a pattern, as written in the file, would fail in llama-quantize or not mean what it says; null if it is
 * good.
 */
export function patternProblem(pattern: string): PatternProblem | null {
  return caseProblem(pattern) ?? syntaxProblem(lowerCasePattern(pattern), pattern);
}

/**
 * Why llama-quantize could not use a pattern, given in lower case, or would read it differently; null if it
 * is good.
 */
export function syntaxProblem(lower: string, pattern = lower): PatternProblem | null {
  if (lower.length > longestPattern)
    return {
      code: 'TENSOR_PATTERN_NOT_PORTABLE',
      message: `pattern '${pattern.slice(0, 100)}…' has ${pattern.length} characters, more than the ${longestPattern} that C++ takes`,
    };
  try {
    new RegExp(lower);
  } catch (error) {
    const reason =
      error instanceof Error
        ? error.message.replace(/^Invalid regular expression: \/.*\/: /s, '')
        : String(error);
    return {
      code: 'TENSOR_PATTERN_INVALID',
      message: `pattern '${pattern}' is not a regular expression: ${reason}`,
    };
  }
  const repetition = repetitionProblem(lower);
  if (repetition !== null)
    return {
      code: 'TENSOR_PATTERN_NOT_PORTABLE',
      message: `pattern '${pattern}' ${repetition}, which llama-quantize refuses`,
    };
  if (portable.test(lower) && backreferencesExist(lower)) return null;
  return {
    code: 'TENSOR_PATTERN_NOT_PORTABLE',
    message: `pattern '${pattern}' uses syntax that C++ and JavaScript regular expressions do not share`,
  };
}

// Escapes in upper case, and classes whose range or complement is another one in lower case.
function caseProblem(pattern: string): PatternProblem | null {
  const pieces = pattern.match(/\\.|\[(?:\\.|[^\]\\])*\]/gs) ?? [];
  const changed = pieces.find((piece) =>
    /^\\[A-Z]|^\[.*(?:\\[A-Z]|[A-Z]-[^\]]|-[A-Z])|^\[\^.*[A-Z]/s.test(piece),
  );
  if (changed === undefined) return null;
  return {
    code: 'TENSOR_PATTERN_CASE',
    message: `pattern '${pattern}' has '${changed}', which llama-quantize turns into '${lowerCasePattern(changed)}': it lower-cases patterns`,
  };
}

function backreferencesExist(pattern: string): boolean {
  const groups = pattern.replace(/\\.|\[[^\]]*\]/g, '').match(/\((?!\?)/g)?.length ?? 0;
  return [...pattern.matchAll(/\\(.)/g)].every(
    ([, letter]) => !/[1-9]/.test(letter ?? '') || Number(letter) <= groups,
  );
}
