import { withinTime } from '../../core/bounded-work.js';
import { GgufError } from '../../core/errors.js';

/** The pattern of a rule; what else it has is of no matter here. */
interface Patterned {
  readonly pattern: string;
}

/** Names of tensors as patterns see them. */
export type MatchedNames = readonly { readonly name: string; readonly text: string }[];

/** A pattern that is found in some name needs a few microseconds. */
const limitMs = 10_000;

/** Names made ready to be matched by many rules. */
export function matchedNames(names: readonly string[]): MatchedNames {
  return names.map((name) => ({ name, text: bytesAsText(name) }));
}

/**
 * The rule that decides each tensor, the first whose pattern is found in its name; a tensor that no rule decides
 * is left out.
 * @throws GgufError `RULE_SLOW`
 */
export function decidingRules<Rule extends Patterned>(
  rules: readonly Rule[],
  names: MatchedNames,
  timeLimitMs = limitMs,
): Map<string, Rule> {
  const deciding = new Map<string, Rule>();
  let open = names;
  for (const rule of rules) {
    if (open.length === 0) break;
    const found = new Set(namesFound(rule, open, timeLimitMs));
    for (const name of found) deciding.set(name, rule);
    if (found.size > 0) open = open.filter(({ name }) => !found.has(name));
  }
  return deciding;
}

/**
 * The names in which the pattern of a rule is found.
 * @throws GgufError `RULE_SLOW`
 */
export function namesFound({ pattern }: Patterned, names: MatchedNames, timeLimitMs = limitMs): string[] {
  const expression = new RegExp(bytesAsText(pattern));
  const found = withinTime(() => names.filter(({ text }) => expression.test(text)), timeLimitMs);
  if (found === null)
    throw new GgufError(
      'RULE_SLOW',
      `pattern '${pattern}' is not matched with the names of ${names.length} tensors in ${timeLimitMs} ms`,
      { hint: 'Write it without a repetition of a repetition: `(a+)+` tries every way to split a name.' },
    );
  return found.value.map(({ name }) => name);
}

/** Text as std::regex over char sees it, byte by byte: a dot is one of the two bytes of an 'é'. */
export function bytesAsText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
