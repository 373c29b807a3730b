import prettyBytes from 'pretty-bytes';
import type { Report, WorkEvent } from '../core/events.js';

type Progress = Extract<WorkEvent, { type: 'progress' }>;

/** Where progress is written, and the clock it is timed by. */
export interface ProgressOutput {
  write: (text: string) => void;
  isTerminal: boolean;
  nowMs: () => number;
}

const frameMs = 100;
const sparseMs = 2_000;

/** Shows events: on a terminal one line that changes, elsewhere a line for every tenth, and none for quick work. */
export function progressReporter(output: ProgressOutput): { report: Report; end: () => void } {
  let label = '';
  let startMs = 0;
  let startDone = 0;
  let shownMs = 0;
  let shownTenth = 0;
  let open = false;

  const end = (): void => {
    if (open) output.write('\r\x1b[K');
    open = false;
  };
  const report: Report = (event) => {
    if (event.type !== 'progress') {
      end();
      output.write(event.type === 'warning' ? `warning: ${event.message}\n` : `${event.message}\n`);
      return;
    }
    const now = output.nowMs();
    if (event.label !== label) {
      ({ label } = event);
      startMs = shownMs = now;
      startDone = event.done;
      shownTenth = 0;
    }
    const line = progressLine(event, now - startMs, startDone);
    if (output.isTerminal) {
      if (open && now - shownMs < frameMs && event.done !== event.total) return;
      output.write(`\r\x1b[K${line}`);
      open = true;
      shownMs = now;
      return;
    }
    const tenth = event.total === null ? 0 : Math.floor((event.done * 10) / event.total);
    if (tenth <= shownTenth || now - shownMs < sparseMs) return;
    output.write(`${line}\n`);
    shownMs = now;
    shownTenth = tenth;
  };
  return { report, end };
}

/** One line of progress, e.g. `quantizing 34 % (12/35 tensors, 3.1/s, 8 s left)`; what was done before it started has no part in the rate. */
export function progressLine({ label, done, total, unit }: Progress, elapsedMs: number, startDone = 0): string {
  const rate = elapsedMs > 0 ? (Math.max(0, done - startDone) * 1000) / elapsedMs : 0;
  const amount = (value: number): string => (unit === 'bytes' ? prettyBytes(value, { binary: true }) : String(value));
  const perSecond = unit === 'bytes' ? prettyBytes(rate, { binary: true }) : rate.toFixed(1);
  if (total === null || total === 0) return `${label} (${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}, ${perSecond}/s)`;
  const left = rate > 0 && elapsedMs > 1000 ? `, ${duration((total - done) / rate)} left` : '';
  const counts = unit === 'bytes' ? `${amount(done)}/${amount(total)}` : `${done}/${total} ${unit}`;
  return `${label} ${Math.floor((done * 100) / total)} % (${counts}, ${perSecond}/s${left})`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
