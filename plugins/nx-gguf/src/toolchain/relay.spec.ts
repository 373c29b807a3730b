import { PassThrough, Writable } from 'node:stream';
import { relay, streamSink } from './relay.js';

const piece = 1000;

/** Pieces of which each is filled with its number; counts how many were asked for. */
function numbered(count: number) {
  const asked = { pieces: 0 };
  async function* pieces(): AsyncIterable<Uint8Array> {
    for (let number = 0; number < count; number++) {
      asked.pieces++;
      yield await Promise.resolve(new Uint8Array(piece).fill(number));
    }
  }
  return { source: pieces(), asked };
}

/** A stream that takes a piece each time it is told to, and from `freely()` on all of them. */
function valve() {
  const taken: number[] = [];
  const waiting: (() => void)[] = [];
  let isFree = false;
  const stream = new Writable({
    write: (bytes: Uint8Array, _encoding, done) => {
      taken.push(bytes[0] ?? -1);
      if (isFree) done();
      else waiting.push(done);
    },
  });
  const freely = (): void => {
    isFree = true;
    for (const done of waiting.splice(0)) done();
  };
  return { stream, taken, freely, takeOne: () => waiting.shift()?.() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('relay', () => {
  it('gives every sink all bytes in order, and ends them', async () => {
    const sinks = [new PassThrough(), new PassThrough(), new PassThrough()];
    const read = sinks.map(async (stream) => Buffer.concat((await stream.toArray()) as Buffer[]));
    expect(await relay(numbered(50).source, sinks.map(streamSink), { limitBytes: 3 * piece })).toBe('ended');
    for (const bytes of await Promise.all(read))
      expect(bytes).toEqual(Buffer.concat(numbers(50).map((number) => Buffer.alloc(piece, number))));
  });

  it('is never further ahead of the slowest than the limit and one piece, and goes on when that one does', async () => {
    const slow = valve();
    const fast = valve();
    fast.freely();
    const { source, asked } = numbered(100);
    const work = relay(
      source,
      [slow, fast].map(({ stream }) => streamSink(stream)),
      { limitBytes: 10 * piece },
    );
    await settled();
    expect(asked.pieces).toBe(11);
    expect(fast.taken).toHaveLength(11);
    slow.takeOne();
    await settled();
    expect(asked.pieces).toBe(12);
    slow.freely();
    expect(await work).toBe('ended');
    expect(slow.taken).toEqual(numbers(100));
  });

  it('goes on for the others when one closes, also when that one was waited for', async () => {
    const stuck = valve();
    const other = valve();
    other.freely();
    const work = relay(
      numbered(30).source,
      [stuck, other].map(({ stream }) => streamSink(stream)),
      { limitBytes: 5 * piece },
    );
    await settled();
    expect(other.taken).toHaveLength(6);
    stuck.stream.destroy();
    expect(await work).toBe('ended');
    expect(other.taken).toEqual(numbers(30));
  });

  it('goes on for the others when one fails', async () => {
    const broken = new Writable({
      write: (_bytes, _encoding, done) => {
        done(new Error('EPIPE'));
      },
    });
    const other = valve();
    other.freely();
    expect(
      await relay(numbered(30).source, [broken, other.stream].map(streamSink), { limitBytes: 5 * piece }),
    ).toBe('ended');
    expect(other.taken).toEqual(numbers(30));
  });

  it('stops asking the source when nobody is left', async () => {
    const only = valve();
    const { source, asked } = numbered(1000);
    const work = relay(source, [streamSink(only.stream)], { limitBytes: 5 * piece });
    await settled();
    only.stream.destroy();
    expect(await work).toBe('abandoned');
    expect(asked.pieces).toBe(6);
  });

  it('passes on what the source fails with', async () => {
    async function* failing(): AsyncIterable<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(1));
      throw new Error('cut');
    }
    await expect(relay(failing(), [streamSink(new PassThrough())], { limitBytes: 10 })).rejects.toThrow(
      'cut',
    );
  });
});
