import { readFileSync, readdirSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Machine, MachineLoad } from '../core/generated/bench.generated.js';
import { machineShare, type MachineShare } from './machine-share.js';

const pciDevices = '/sys/bus/pci/devices';
const quietShare = 0.1;

/**
 * This machine as far as its speed depends on it, in a few milliseconds and without starting a process: the share
 * of it that a container leaves is another machine.
 */
export function describeMachine({ cores, cpuQuota, memoryBytes }: MachineShare = machineShare()): Machine {
  return {
    cpu: (cpus()[0]?.model ?? '').trim().replace(/\s+/g, ' ') || 'unknown',
    cores,
    ...(cpuQuota === null ? {} : { cpuQuota }),
    memoryGiB: Math.round(memoryBytes / 2 ** 30),
    os: platform(),
    arch: arch(),
    graphics: graphicsCards(pciDevices),
  };
}

/**
 * The display controllers (PCI class 3) that Linux lists in a directory, as vendor:device, sorted; elsewhere
 * none.
 */
export function graphicsCards(directory: string): string[] {
  const read = (device: string, file: string): string =>
    readFileSync(join(directory, device, file), 'latin1')
      .trim()
      .replace(/^0x/, '');
  try {
    const cards = readdirSync(directory).filter((device) => read(device, 'class').startsWith('03'));
    return cards.map((device) => `${read(device, 'vendor')}:${read(device, 'device')}`).sort();
  } catch {
    return [];
  }
}

/** How busy the machine is, watched for a while. */
export async function watchLoad(forMs = 1000): Promise<MachineLoad> {
  const before = cpuTimes();
  await setTimeout(forMs);
  return loadBetween(before, cpuTimes());
}

/** Times of all cores since the start, in milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly idleMs: number;
  readonly cores: number;
}

/** The load between two moments. */
export function loadBetween(before: CpuTimes, after: CpuTimes): MachineLoad {
  const [busy, idle] = [after.busyMs - before.busyMs, after.idleMs - before.idleMs];
  const share = busy + idle > 0 ? Math.max(0, busy) / (busy + idle) : 0;
  return { busyCores: Math.round(share * after.cores * 100) / 100, isQuiet: share <= quietShare };
}

function cpuTimes(): CpuTimes {
  const cores = cpus();
  const sum = (of: (times: (typeof cores)[number]['times']) => number): number =>
    cores.reduce((total, { times }) => total + of(times), 0);
  return {
    busyMs: sum(({ user, nice, sys, irq }) => user + nice + sys + irq),
    idleMs: sum(({ idle }) => idle),
    cores: cores.length,
  };
}
