import prettyBytes from 'pretty-bytes';
import type { Report, WorkEvent } from '../core/events.js';
import { terminalLine, terminalMessage } from './terminal-text.js';

type Progress = Extract<WorkEvent, { type: 'progress' }>;

/** Where progress is written, and the clock it is timed by. */
export interface ProgressOutput {
  write: (text: string) => void;
  isTerminal: boolean;
  nowMs: () => number;
}

const frameMs = 100;
const sparseMs = 2_000;

/**
 * Shows events: on a terminal one line that changes, and one for each part; elsewhere a line for every tenth,
 * and none for quick work.
 */
export function progressReporter(output: ProgressOutput): { report: Report; end: () => void } {
  let label = '';
  let start: Start = { ms: 0, done: 0 };
  let parts = new Map<string, Start>();
  let lastDone = 0;
  let shownMs = 0;
  let shownTenth = 0;
  let isShown = false;
  const warned = new Set<string>();

  const end = (): void => {
    if (isShown) output.write(clear);
    isShown = false;
  };
  const report: Report = (told) => {
    if (told.type !== 'progress') {
      // Variants that are worked on together have the same to tell of their model.
      if (told.type === 'warning' && warned.has(told.message)) return;
      if (told.type === 'warning') warned.add(told.message);
      end();
      output.write(`${messageText(told)}\n`);
      return;
    }
    const event = shown(told);
    const now = output.nowMs();
    // A count that starts again belongs to a new piece of work.
    if (event.label !== label || event.done < lastDone) {
      ({ label } = event);
      start = { ms: now, done: event.done };
      parts = new Map();
      shownMs = now;
      shownTenth = 0;
    }
    for (const { name, done } of event.parts ?? []) if (!parts.has(name)) parts.set(name, { ms: now, done });
    lastDone = event.done;
    if (output.isTerminal) {
      if (isShown && now - shownMs < frameMs && event.done !== event.total) return;
      output.write(frame([progressLine(event, now - start.ms, start.done), ...partLines(event, parts, now)]));
      isShown = true;
      shownMs = now;
      return;
    }
    const tenth = event.total === null ? 0 : Math.floor((event.done * 10) / event.total);
    if (tenth <= shownTenth || now - shownMs < sparseMs) return;
    output.write(`${progressLine(event, now - start.ms, start.done)}${partsInWords(event)}\n`);
    shownMs = now;
    shownTenth = tenth;
  };
  return { report, end };
}

/** A step or a warning as it is printed. */
export function messageText({ type, message }: Exclude<WorkEvent, Progress>): string {
  return terminalMessage(type === 'warning' ? `warning: ${message}` : message);
}

const clear = '\r\x1b[J';

/**
 * Lines that the next ones replace. The cursor stays where it was, at the beginning of the first: Nx, which
 * may draw its own frames above, moves from there. A line that the terminal wrapped would be two.
 */
function frame(lines: readonly string[]): string {
  return `${clear}\x1b[?7l${lines.join('\n')}\x1b[?7h${lines.length > 1 ? `\x1b[${lines.length - 1}A` : ''}\r`;
}

/** Names in it can be those of files and variants, and figures what a tool printed. */
function shown(event: Progress): Progress {
  return {
    ...event,
    label: terminalLine(event.label),
    ...(event.parts === undefined
      ? {}
      : {
          parts: event.parts.map(({ name, done, figure }) => ({
            name: terminalLine(name),
            done,
            ...(figure === undefined ? {} : { figure: terminalLine(figure) }),
          })),
        }),
  };
}

/** The time and the count of the first report of a piece of work: earlier work has no part in its rate. */
interface Start {
  ms: number;
  done: number;
}

/** The parts in the line of the whole: of those that are ahead, how far. */
function partsInWords({ done: slowest, parts = [] }: Progress): string {
  const words = parts.map(({ name, done, figure }) =>
    [name, ...(done === slowest ? [] : [`(${done})`]), ...(figure === undefined ? [] : [figure])].join(' '),
  );
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

/** One line for each part, under that of the whole. */
function partLines(
  { total, unit, parts = [] }: Progress,
  starts: ReadonlyMap<string, Start>,
  nowMs: number,
): string[] {
  const width = Math.max(0, ...parts.map(({ name }) => name.length));
  return parts.map(({ name, done, figure }) => {
    const start = starts.get(name) ?? { ms: nowMs, done };
    return `  ${progressLine({ type: 'progress', label: name.padEnd(width), done, total, unit }, nowMs - start.ms, start.done)}${figure === undefined ? '' : `: ${figure}`}`;
  });
}

/**
 * One line of progress, e.g. `quantizing 34 % (12/35 tensors, 3.1/s, 8 s left)`; what was done before it
 * started has no part in the rate.
 */
export function progressLine(
  { label, done, total, unit }: Progress,
  elapsedMs: number,
  startDone = 0,
): string {
  const rate = elapsedMs > 0 ? (Math.max(0, done - startDone) * 1000) / elapsedMs : 0;
  const amount = (value: number): string =>
    unit === 'bytes' ? prettyBytes(value, { binary: true }) : String(value);
  const perSecond = unit === 'bytes' ? prettyBytes(rate, { binary: true }) : rate.toFixed(1);
  if (total === null || total === 0)
    return `${label} (${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}, ${perSecond}/s)`;
  const percent = Math.floor((done * 100) / total);
  // Time passes at one rate: that which is left says it all.
  if (unit === 'seconds') return `${label} ${percent} % (${duration(total - done)} left)`;
  const left = rate > 0 && elapsedMs > 1000 ? `, ${duration((total - done) / rate)} left` : '';
  const counts = unit === 'bytes' ? `${amount(done)}/${amount(total)}` : `${done}/${total} ${unit}`;
  return `${label} ${percent} % (${counts}, ${perSecond}/s${left})`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
