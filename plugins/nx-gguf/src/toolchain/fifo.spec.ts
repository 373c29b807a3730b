import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import { releaseFifos } from '../files/release-fifos.js';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { makeFifos, readFifo, writeFifo } from './fifo.js';
import { relay, streamSink } from './relay.js';
import { runTool } from './run-tool.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function fifo(): Promise<string> {
  const directory = temporaryDirectory();
  expect(await makeFifos(['fifo'], { directory, runTool })).toBe(true);
  return join(directory, 'fifo');
}

/** A process that opens the FIFO as tools do: it waits for the other end. */
function writer(path: string, kib: number): ChildProcess {
  return started('dd', ['if=/dev/zero', `of=${path}`, 'bs=1024', `count=${kib}`, 'conv=notrunc']);
}

function reader(path: string): ChildProcess {
  return started('wc', ['-c', path]);
}

function started(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

async function count(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let sum = 0;
  for await (const piece of bytes) sum += piece.byteLength;
  return sum;
}

const ended = async (child: ChildProcess): Promise<unknown> =>
  child.exitCode ?? child.signalCode ?? (await once(child, 'exit')).find((value) => value !== null);

describe('FIFOs', () => {
  it('what a tool writes is read to its end', async () => {
    const path = await fifo();
    const source = readFifo(path);
    writer(path, 4096);
    expect(await count(source.bytes)).toBe(4096 * 1024);
  });

  it('a tool that never opens its end does not hang the reading', async () => {
    const source = readFifo(await fifo());
    const reading = count(source.bytes);
    source.release();
    expect(await reading).toBe(0);
  });

  it('what a tool wrote before it ended can be read after that', async () => {
    const path = await fifo();
    const source = readFifo(path);
    const child = writer(path, 8);
    await ended(child);
    source.release();
    expect(await count(source.bytes)).toBe(8 * 1024);
  });

  it('a tool that writes to nobody ends', async () => {
    const path = await fifo();
    const source = readFifo(path);
    const child = writer(path, 1 << 20);
    for await (const piece of source.bytes) if (piece.byteLength > 0) break;
    source.destroy();
    expect(await ended(child)).not.toBe(0);
  });

  it('a tool reads what is written, and sees the end', async () => {
    const path = await fifo();
    const sink = writeFifo(path);
    const child = reader(path);
    const output = once(child.stdout ?? child, 'data');
    const bytes = new Uint8Array(1 << 20);
    await relay(
      (async function* () {
        for (let i = 0; i < 5; i++) yield await Promise.resolve(bytes);
      })(),
      [streamSink(sink.stream)],
      { limitBytes: 1 << 21 },
    );
    expect(String(await output)).toContain(String(5 << 20));
    expect(await ended(child)).toBe(0);
    sink.release();
  });

  it('a tool that ended without reading does not hang the writing', async () => {
    const sink = writeFifo(await fifo());
    const work = relay(
      (async function* () {
        for (;;) yield await Promise.resolve(new Uint8Array(1 << 16));
      })(),
      [streamSink(sink.stream)],
      { limitBytes: 1 << 18 },
    );
    sink.release();
    expect(await work).toBe('abandoned');
  });

  it('tools that wait for an end that nobody opens are released', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'in'));
    writeFileSync(join(directory, 'in', 'other'), '');
    await makeFifos(['in/a', 'in/b'], { directory, runTool });
    const waiting = [writer(join(directory, 'in/a'), 1 << 20), reader(join(directory, 'in/b'))];
    // Until both are in open(), which has no sign of its own, releasing is tried again.
    const again = setInterval(() => void releaseFifos(directory), 20);
    expect(await Promise.all(waiting.map(ended))).toHaveLength(2);
    clearInterval(again);
  });

  it('where there are none, it says so', async () => {
    const without = (code: string) =>
      makeFifos(['x'], {
        directory: temporaryDirectory(),
        runTool: () => Promise.reject(new GgufError(code, 'mkfifo')),
      });
    expect(await without('TOOL_MISSING')).toBe(false);
    expect(await without('TOOL_FAILED')).toBe(false);
    await expect(without('INTERRUPTED')).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
