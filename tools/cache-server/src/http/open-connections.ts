import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { IsProxy } from './addresses.js';
import { createConnections, type Connections, type Reason } from './connections.js';

const mostByDefault = 2048;
/** A connection, the blob or the temporary file that it moves, and an entry that is looked up for it. */
const filesForEach = 3;
/** For what the process has open beside connections. */
const ownFiles = 64;

/** The connections of a server, as many as its settings and the limit of open files allow. */
export function openConnections(
  { maxConnections, connectionsPerAddress }: Settings,
  { isProxy, log, onClose }: { isProxy: IsProxy; log: Logger; onClose: (reason: Reason) => void },
): Connections {
  const openFiles = openFileLimit();
  const { most, neededFiles, isEnough } = connectionBudget(maxConnections, openFiles);
  if (!isEnough)
    log.warn(
      { connections: most, openFiles, neededFiles },
      'connections may fail: raise the limit of open files (ulimit -n, LimitNOFILE), or lower maxConnections',
    );
  return createConnections({
    most,
    perAddress: connectionsPerAddress,
    isProxy,
    nowMs: () => performance.now(),
    onClose,
  });
}

/** How many files this process may have open, its connections among them. */
function openFileLimit(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isFinite(limit) ? limit : Infinity;
}

/** How many connections a server has at most, and whether so many files can be open as these may need. */
export function connectionBudget(
  wanted: number | null,
  openFiles: number,
): { most: number; neededFiles: number; isEnough: boolean } {
  const possible = Math.max(16, Math.floor((openFiles - ownFiles) / filesForEach));
  const most = wanted ?? Math.min(mostByDefault, possible);
  const neededFiles = most * filesForEach + ownFiles;
  return { most, neededFiles, isEnough: neededFiles <= openFiles };
}
