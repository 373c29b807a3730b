import { GgufError } from '../../core/errors.js';
import { tensorSizeBytes, tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';
import { parseQuantizeLine, type QuantizeEvent, type TensorEvent } from './quantize-log.js';

/** One tensor of a dry run. `shape` starts with the row length and has no trailing dimensions of one. */
export interface DryRunTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: TensorTypeName;
  readonly to: TensorTypeName;
}

/** A tensor whose rows did not fit the type that llama-quantize wanted to give it. */
export interface DryRunFallback {
  readonly tensor: string;
  readonly wanted: TensorTypeName;
}

/** What `llama-quantize --dry-run` would do, in the order of its output. */
export interface DryRun {
  readonly tensors: readonly DryRunTensor[];
  readonly fallbacks: readonly DryRunFallback[];
}

type Total = Extract<QuantizeEvent, { kind: 'total' }>;

const mib = 1024 * 1024;

/**
 * Reads the output of a dry run. The tool prints sizes rounded to hundredths of a MiB; the exact ones follow
 * from type and shape, and must round to the printed ones, each tensor's and the totals.
 * @throws GgufError with the code of the failure that the tool named, or `DRY_RUN_UNREADABLE`.
 */
export function readDryRun(lines: readonly string[]): DryRun {
  const events = lines.map(parseQuantizeLine).filter((event) => event !== null);
  const failure = dryRunFailure(lines);
  if (failure !== null) throw failure;
  const tensors = events.filter((event) => event.kind === 'tensor').map(dryRunTensor);
  requireTotals(
    tensors,
    events.filter((event) => event.kind === 'total'),
  );
  return {
    tensors,
    fallbacks: events
      .filter((event) => event.kind === 'fallback')
      .map(({ tensor, wanted }) => ({ tensor, wanted: typeOf(wanted).name })),
  };
}

/** The failure that llama-quantize named in its output, or null. */
export function dryRunFailure(lines: readonly string[]): GgufError | null {
  const failure = lines.map(parseQuantizeLine).find((event) => event?.kind === 'failure');
  return failure?.kind === 'failure'
    ? new GgufError(failure.code, failure.message, {
        tail: lines.slice(-20),
        hint: 'The last lines of llama-quantize say why.',
      })
    : null;
}

/** Exact bytes of a tensor's data before and after. */
export function dryRunBytes({ shape, from, to }: Omit<DryRunTensor, 'name'>): { from: number; to: number } {
  return { from: tensorSizeBytes(typeOf(from), shape), to: tensorSizeBytes(typeOf(to), shape) };
}

function writtenBytes(tensor: DryRunTensor): number {
  try {
    return dryRunBytes(tensor).to;
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(`${tensor.name}: ${error.message}`);
    throw error;
  }
}

function dryRunTensor(event: TensorEvent): DryRunTensor {
  if (event.to === null) throw unreadable(`${event.tensor} has no target type`);
  const tensor = {
    name: event.tensor,
    shape: withoutOnes(event.shape),
    from: typeOf(event.from).name,
    to: typeOf(event.to).name,
  };
  const sizeBytes = writtenBytes(tensor);
  if (event.sizeMib === null || !roundsTo(sizeBytes, event.sizeMib, event.sizeDigits)) {
    throw unreadable(
      `${event.tensor} takes ${sizeBytes} bytes as ${tensor.to}, but llama-quantize prints ${event.sizeMib ?? 'no size'} MiB`,
    );
  }
  return tensor;
}

// A lost or broken line would show here: the totals are printed last.
function requireTotals(tensors: readonly DryRunTensor[], totals: readonly Total[]): void {
  for (const [of, side] of [
    ['model', 'from'],
    ['quant', 'to'],
  ] as const) {
    const printed = totals.find((total) => total.of === of);
    const sizeBytes = tensors.reduce((sum, tensor) => sum + dryRunBytes(tensor)[side], 0);
    if (printed === undefined || !roundsTo(sizeBytes, printed.sizeMib, 2)) {
      throw unreadable(
        `its ${tensors.length} tensors take ${sizeBytes} bytes (${of}), but llama-quantize prints ${printed?.sizeMib ?? 'no total in'} MiB`,
      );
    }
  }
}

function roundsTo(sizeBytes: number, printedMib: number, digits: number): boolean {
  return Math.abs(sizeBytes / mib - printedMib) <= 0.5 * 10 ** -digits + 1e-9;
}

function withoutOnes(shape: readonly number[]): number[] {
  return shape.slice(0, 1 + shape.findLastIndex((dimension, index) => index === 0 || dimension !== 1));
}

function typeOf(name: string) {
  const type = tensorTypeByName(name);
  if (type === null) throw unreadable(`it names the tensor type '${name}', which is unknown`);
  return type;
}

function unreadable(reason: string): GgufError {
  return new GgufError(
    'DRY_RUN_UNREADABLE',
    `the output of llama-quantize --dry-run is not understood: ${reason}`,
    { hint: 'Is the toolchain the pinned version? Another one may print other lines.' },
  );
}
