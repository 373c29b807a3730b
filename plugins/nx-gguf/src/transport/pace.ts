/** The least speed of a transfer: so many bytes in each period of waiting. */
export interface Pace {
  /** Infinity for work whose end alone counts. */
  bytes: number;
  inMs: number;
}

/** Watches that something keeps a pace. */
export interface PaceWatch {
  /** Bytes went through. */
  moved: (bytes: number) => void;
  /** Another period begins, with another pace where one is given. */
  restart: (pace?: Pace) => void;
  stop: () => void;
}

/** What a watch does when the pace is not kept, and how it knows whose fault that is. */
export interface PaceOptions {
  /** Called once, with the bytes that the last period brought. */
  onSlow: (bytes: number) => void;
  /** False while this side takes or gives nothing; true when absent. */
  isWaiting?: () => boolean;
  /** True where nothing else may keep the process alive until the period ends. */
  keepsAlive?: boolean;
}

const stepsOfPeriod = 12;

/**
 * Watches that each period of waiting brings the bytes that a pace asks for. Waiting is counted in steps and
 * not read from a clock, and a step in which this side was not waiting does not count: a machine that slept,
 * a slow disk or a limit of the user's own are not the fault of the other side.
 */
export function watchPace(
  pace: Pace,
  { onSlow, isWaiting = () => true, keepsAlive = false }: PaceOptions,
): PaceWatch {
  const stepMs = pace.inMs / stepsOfPeriod;
  let { bytes, inMs } = pace;
  let movedBytes = 0;
  let waitedSteps = 0;
  const timer = setInterval(() => {
    if (!isWaiting() || ++waitedSteps * stepMs < inMs) return;
    clearInterval(timer);
    onSlow(movedBytes);
  }, stepMs);
  if (!keepsAlive) timer.unref();
  const restart = (next?: Pace): void => {
    if (next !== undefined) ({ bytes, inMs } = next);
    movedBytes = 0;
    waitedSteps = 0;
  };
  return {
    moved: (count) => {
      movedBytes += count;
      if (movedBytes >= bytes) restart();
    },
    restart,
    stop: () => clearInterval(timer),
  };
}
