import { canonicalJson, type Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { KldResult, MeasuredFile } from '../core/generated/kld.generated.js';

/** A result under the name of its variant or reference. */
export interface NamedResult {
  readonly name: string;
  readonly result: KldResult;
}

/**
 * Holds that two results were measured on the same base and text in the same way, so that their chunks correspond.
 * @throws GgufError `KLD_NOT_COMPARABLE` with everything that differs
 */
export function requireComparable(a: NamedResult, b: NamedResult): void {
  const [of, against] = [a.result, b.result];
  const differences = [
    different('the unquantized model', filesText(of.subject.base), filesText(against.subject.base)),
    different('the text', filesText([of.subject.corpus]), filesText([against.subject.corpus])),
    different('the settings', canonicalJson(of.subject.parameters as Json), canonicalJson(against.subject.parameters as Json)),
    different('the tools', of.subject.toolchain, against.subject.toolchain),
    different('the chunks', String(of.statistics.chunks), String(against.statistics.chunks)),
  ].filter((difference) => difference !== null);
  if (differences.length === 0) return;
  throw new GgufError('KLD_NOT_COMPARABLE', [`${a.name} and ${b.name} were not measured on the same:`, ...differences].join('\n'), { hint: 'Measure both in one workspace, with the same evaluation.' });
}

function different(what: string, a: string, b: string): string | null {
  return a === b ? null : `${what}: ${a} and ${b}`;
}

// Names do not matter: equal bytes are the same model.
function filesText(files: readonly MeasuredFile[]): string {
  return files.map(({ sha256 }) => sha256).join(' ');
}
