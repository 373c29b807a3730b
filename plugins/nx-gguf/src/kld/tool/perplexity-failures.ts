import { GgufError } from '../../core/errors.js';

const prefix = /^\d+\.\d\d\.\d{3}\.\d{3} [A-Z] /;
// The time left is printed to stdout behind a label on stderr: taken alone, stderr goes on in the label's
// line.
const label = / - ETA (?!\d+ hours|\d+\.\d\d minutes)/g;
// The place in the source where a tool aborted, as a path of the machine that built it.
const sourcePlace = /^\S+\.(?:c|cpp|h):\d+: /;
const tailLines = 20;

const failures: readonly (readonly [code: string, pattern: RegExp, hint: string])[] = [
  // The tool goes on after the first two, and prints statistics that mean nothing.
  [
    'KLD_VOCABULARY_MISMATCH',
    /^kl_divergence: inconsistent vocabulary/,
    'Base and variant have different vocabularies: make both from the same converted model.',
  ],
  [
    'KLD_CONTEXT_TOO_SMALL',
    /^kl_divergence: .* has been computed with \d+, while the current context is/,
    'Run the variant with the context of the base pass.',
  ],
  [
    'DEVICE_UNKNOWN',
    /^error while handling argument "-dev": /,
    '`llama-perplexity --list-devices` names the devices that this build of llama.cpp finds here.',
  ],
  [
    'TOOL_BAD_ARGUMENT',
    /^error while handling argument /,
    'This llama.cpp takes no such argument or value: see model.json.',
  ],
  [
    'RPC_UNREACHABLE',
    /: Failed to connect to \S+:\d+$/,
    'Is an RPC server of the same version of llama.cpp running there?',
  ],
  [
    'TEXT_TOO_SHORT',
    /: you need at least \d+ tokens/,
    'Use a longer text or a smaller context: the text must fill the context twice.',
  ],
  [
    'KLD_BASE_UNWRITABLE',
    /^perplexity: failed to open .* for writing/,
    'Check that the directory of the base file exists and can be written.',
  ],
  [
    'KLD_BASE_MISSING',
    /^kl_divergence: (?:failed to open|you must provide a name of a file)/,
    'Make the base file first: run the base pass on the unquantized model.',
  ],
  [
    'KLD_BASE_WRONG',
    /^kl_divergence: .* does not look like a file containing log-probabilities/,
    'The file is no base file of llama-perplexity: run the base pass again.',
  ],
  [
    'KLD_BASE_CUT',
    /^kl_divergence: failed reading/,
    'The base file ends too early: the base pass was interrupted or the disk is full. Run it again.',
  ],
  [
    'DECODE_FAILED',
    /failed to decode/,
    'The model could not be evaluated: check free memory, batch size and context.',
  ],
  [
    'MODEL_NOT_LOADED',
    /unable to load model|failed to (?:load model|create context)/,
    'Check that the model is complete and that there is memory for it.',
  ],
  [
    'IMATRIX_NOT_FINITE',
    /: non-finite values detected in /,
    'The model computes NaN or infinity on this text: check the conversion, and the text.',
  ],
  [
    'KLD_NOT_FINITE',
    /^Unexpected negative standard deviation/,
    'The model computes NaN or infinity, or the text is a single repeated token: check conversion and text.',
  ],
];

/**
 * The lines of a tool's stdout, stderr or both that say something, without the time and level that
 * common/log.cpp can put before them.
 */
export function toolLines(output: string): string[] {
  return output
    .replace(label, ' - ETA\n')
    .split(/\r?\n/)
    .map((line) => line.replace(prefix, '').trimEnd())
    .filter((line) => line !== '');
}

/**
 * The failure that llama-perplexity or llama-imatrix reported in these lines, in its own words and with its
 * last lines, or null.
 */
export function failureIn(lines: readonly string[], tail = lines.slice(-tailLines)): GgufError | null {
  for (const [code, pattern, hint] of failures) {
    const words = lines.find((line) => pattern.test(line));
    if (words !== undefined) return new GgufError(code, words.replace(sourcePlace, ''), { hint, tail });
  }
  return null;
}
