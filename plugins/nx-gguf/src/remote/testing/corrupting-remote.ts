import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteFailure, type OfferedBlob, type RemoteBytes, type RemoteStore } from '../remote-store.js';

/** Ways in which a remote goes wrong. */
export const faults = [
  'flip',
  'truncate',
  'extend',
  'drop',
  'reorder',
  'repeat',
  'delay',
  'swap',
  'offset',
  'fail',
  'absent',
  'hang',
] as const;

type Fault = (typeof faults)[number];

/** A remote that does what it is asked to, or not, as chance has it. */
export function corruptingRemote(
  remote: RemoteStore,
  { random, rate, others }: { random: () => number; rate: number; others: () => readonly string[] },
): RemoteStore & { done: Map<Fault, number> } {
  const done = new Map<Fault, number>();
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const fault = (): Fault | null => {
    if (random() >= rate) return null;
    const chosen = pick(faults) ?? 'fail';
    done.set(chosen, (done.get(chosen) ?? 0) + 1);
    return chosen;
  };
  const ill = async (chosen: Fault | null): Promise<void> => {
    if (chosen === 'fail') throw new RemoteFailure('unavailable', 'it answered 503');
    if (chosen === 'hang') await new Promise(() => undefined);
    if (chosen === 'delay') await sleep(5);
  };
  const damagedText = (chosen: Fault | null, text: string): string | null => {
    const at = Math.floor(random() * text.length);
    switch (chosen) {
      case 'flip':
        return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      case 'truncate':
        return text.slice(0, at);
      case 'extend':
        return `${text}x`;
      case 'repeat':
        return text + text;
      case 'reorder':
        return text.slice(at) + text.slice(0, at);
      case 'absent':
      case 'drop':
        return null;
      default:
        return text;
    }
  };

  return {
    done,
    hasBlob: async (sha256, signal) => {
      const chosen = fault();
      await ill(chosen);
      // It says that it has what it has not, and the other way round.
      return chosen === 'flip' || chosen === 'swap'
        ? !(await remote.hasBlob(sha256, signal))
        : remote.hasBlob(sha256, signal);
    },
    readBlob: async (sha256, fromBytes, signal) => {
      const chosen = fault();
      await ill(chosen);
      if (chosen === 'absent') return null;
      const answer = await remote.readBlob(
        (chosen === 'swap' ? pick(others()) : undefined) ?? sha256,
        fromBytes,
        signal,
      );
      if (answer === null) return null;
      return {
        fromBytes: chosen === 'offset' ? Math.floor(random() * (fromBytes + 1)) : answer.fromBytes,
        bytes: damaged(answer, chosen, random),
      };
    },
    writeBlob: async (blob, signal) => {
      const chosen = fault();
      await ill(chosen);
      if (chosen === 'absent') return;
      // A remote that does not check what it gets, and keeps whatever came.
      const given: OfferedBlob = {
        ...blob,
        read: (from) => damaged({ fromBytes: from, bytes: blob.read(from) }, chosen, random),
      };
      await remote.writeBlob(given, signal);
    },
    readAction: async (key, signal) => {
      const chosen = fault();
      await ill(chosen);
      const text = await remote.readAction(key, signal);
      return text === null ? null : damagedText(chosen, text);
    },
    writeAction: async (key, text, signal) => {
      const chosen = fault();
      await ill(chosen);
      const kept = damagedText(chosen, text);
      if (kept !== null) await remote.writeAction(key, kept, signal);
    },
    close: () => remote.close(),
  };
}

async function* damaged(
  { bytes }: RemoteBytes,
  fault: Fault | null,
  random: () => number,
): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let index = 0;
  for await (const chunk of bytes) {
    const isHere = index++ === 0 || random() < 0.3;
    if (fault === 'flip' && isHere && chunk.length > 0) {
      const at = Math.floor(random() * chunk.length);
      yield Buffer.concat([
        chunk.subarray(0, at),
        Buffer.from([(chunk[at] ?? 0) ^ (1 << Math.floor(random() * 8))]),
        chunk.subarray(at + 1),
      ]);
    } else if (fault === 'truncate' && isHere) {
      yield chunk.subarray(0, Math.floor(random() * chunk.length));
      return;
    } else if (fault === 'drop' && isHere) {
      yield chunk.subarray(0, Math.floor(random() * chunk.length));
      throw new RemoteFailure('unavailable', 'the connection was reset');
    } else if (fault === 'reorder') {
      held.unshift(chunk);
    } else if (fault === 'repeat' && isHere) {
      yield chunk;
      yield chunk;
    } else if (fault === 'hang' && isHere) {
      await new Promise(() => undefined);
    } else {
      if (fault === 'delay') await sleep(1);
      yield chunk;
    }
  }
  yield* held;
  if (fault === 'extend') yield Buffer.from('more');
}
