import type { Writable } from 'node:stream';

/** A receiver of a relay, with the bytes that are still on their way to it. */
export interface RelaySink {
  /** Bytes that were handed over and not yet taken. */
  pendingBytes: () => number;
  /** False once it takes no more: it ended, failed or was destroyed. */
  isOpen: () => boolean;
  push: (bytes: Uint8Array) => void;
  end: () => void;
  /** Called whenever bytes were taken, or the sink closed. */
  onChange: (changed: () => void) => void;
}

/** How a relay works. */
export interface RelayOptions {
  /** Bytes that the source may be ahead of the slowest sink. */
  limitBytes: number;
  /** Called with each piece before it is sent on. */
  onBytes?: (bytes: Uint8Array) => void;
}

/** The end of the source: all of it was sent, or no receiver was left. */
export type Relayed = 'ended' | 'abandoned';

/**
 * Sends the bytes of one source to all sinks. Each takes them at its own pace; the source waits for the
 * slowest once it is that far ahead. Memory is bounded by the limit and one piece, whatever the number of
 * sinks, because they share the pieces.
 */
export async function relay(
  source: AsyncIterable<Uint8Array>,
  sinks: readonly RelaySink[],
  { limitBytes, onBytes }: RelayOptions,
): Promise<Relayed> {
  let wake: (() => void) | undefined;
  const open = (): RelaySink[] => sinks.filter((sink) => sink.isOpen());
  const mayGoOn = (): boolean => open().every((sink) => sink.pendingBytes() <= limitBytes);
  for (const sink of sinks)
    sink.onChange(() => {
      if (mayGoOn()) wake?.();
    });
  for await (const bytes of source) {
    onBytes?.(bytes);
    for (const sink of open()) sink.push(bytes);
    if (!mayGoOn())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    if (open().length === 0) return 'abandoned';
  }
  for (const sink of open()) sink.end();
  return 'ended';
}

/**
 * A stream as a sink. Its errors close it and reach nobody else: the owner of the stream learns of them
 * elsewhere.
 */
export function streamSink(stream: Writable): RelaySink {
  let pending = 0;
  let changed = (): void => undefined;
  stream.on('error', () => {
    stream.destroy();
  });
  stream.once('close', () => {
    changed();
  });
  return {
    pendingBytes: () => pending,
    isOpen: () => !stream.destroyed,
    push: (bytes) => {
      pending += bytes.byteLength;
      stream.write(bytes, () => {
        pending -= bytes.byteLength;
        changed();
      });
    },
    end: () => {
      stream.end();
    },
    onChange: (listener) => {
      changed = listener;
    },
  };
}
