import { GgufError, isGgufError } from '../../core/errors.js';
import { bounded } from '../../quant/rules/finding-words.js';
import {
  invalidValues,
  parseQuantizeLine,
  type QuantizeEvent,
  type TensorEvent,
} from '../../quant/tool/quantize-log.js';
import { lineReader } from '../../toolchain/line-reader.js';
import { toolThreads, type Workbench } from '../step.js';
import { weightsFailure } from './weights-failure.js';

/** A run of llama-quantize: its arguments without the number of threads, and how it is called in messages. */
export interface QuantizeRun {
  args: readonly string[];
  name: string;
  /** Names of the files of the unquantized model, for messages. */
  model: readonly string[];
  /** Gets what the tool says, line by line. */
  onEvent?: (event: QuantizeEvent) => void;
  /** Whether the run reports nothing to the user. */
  quiet?: boolean;
}

/**
 * Runs llama-quantize in the work directory. What it printed is judged as well as its exit code.
 * @throws GgufError with the code of the failure that the tool named, or `QUANTIZE_FAILED`.
 */
export async function runQuantize(
  { args, name, model, onEvent, quiet = false }: QuantizeRun,
  bench: Workbench,
): Promise<void> {
  const failures: Extract<QuantizeEvent, { kind: 'failure' }>[] = [];
  const warnings = new Set<string>();
  let tensor: TensorEvent | null = null;
  let found: string | null = null;
  const take = (line: string): void => {
    found = invalidValues(line) ?? found;
    const event = parseQuantizeLine(line);
    if (event === null) return;
    if (event.kind === 'tensor') tensor = event;
    if (event.kind === 'failure') failures.push(event);
    if (event.kind === 'warning') warnings.add(event.message);
    onEvent?.(event);
    if (!quiet) tell(event, name, bench);
  };
  // The tool speaks on both streams: joined, a line of one can break one of the other.
  const readers = { stdout: lineReader(take), stderr: lineReader(take) };
  const told = (error: unknown): GgufError => {
    const [failure] = failures;
    const ofWeights = failure === undefined ? null : weightsFailure({ failure, tensor, found, model });
    return new GgufError(
      failure?.code ?? 'QUANTIZE_FAILED',
      `${name}: ${ofWeights?.message ?? failure?.message ?? 'llama-quantize failed'}`,
      {
        cause: error,
        tail: isGgufError(error) ? error.tail : [],
        hint: ofWeights?.hint ?? 'The last lines of the tool say why.',
      },
    );
  };
  const threads = toolThreads(bench);
  try {
    await bench.runTool({
      command: await bench.tools.llama('llama-quantize'),
      args: threads === undefined ? args : [...args, String(threads)],
      cwd: bench.directory,
      onOutput: (text, stream) => {
        readers[stream](text);
      },
      ...(bench.signal === undefined ? {} : { signal: bench.signal }),
    });
  } catch (error) {
    throw isGgufError(error) && error.code === 'TOOL_FAILED' ? told(error) : error;
  }
  if (failures.length > 0) throw told(undefined);
  if (warnings.size > 0 && !quiet)
    bench.report({ type: 'warning', message: `${name}: llama-quantize: ${bounded([...warnings])}` });
}

function tell(event: QuantizeEvent, name: string, bench: Workbench): void {
  if (event.kind === 'tensor')
    bench.report({
      type: 'progress',
      label: `quantizing ${name}`,
      done: event.index,
      total: event.total,
      unit: 'tensors',
    });
}
