/**
 * The machines of a plan as they stand in the status. Pure; summarize.ts alone uses it.
 */
import type { MachineTold } from './machine-resources.ts';
import type { PmsObject, Status } from './object.ts';
import type { Plan } from './steps.ts';

/** A time that is younger than what is written by less than this is not worth a write, in milliseconds. */
const RENEWED_MS = 3_600_000;

type Listed = NonNullable<Status['machines']>[number];

/** What was last told stays while the machines cannot be read. */
export function machinesStatus(
  { machines, mode }: Plan,
  { spec, status }: PmsObject,
  now: number,
): Pick<Status, 'machineCount' | 'machines'> {
  const { machineCount, machines: listed = [] } = status;
  if (machines !== undefined) {
    const { machines: told, ...counted } = machines;
    const before = new Map(listed.map(machine => [machine.id, machine]));
    return { machineCount: counted, machines: told.map(machine => renewed(machine, before.get(machine.id), now)) };
  }
  if (mode === 'teardown' || spec.dataCollection?.machines === undefined || machineCount === undefined) return {};
  return { machineCount, machines: listed };
}

/** Heartbeats come every minute: a status that followed them would be written with every look. */
function renewed(machine: MachineTold, before: Listed | undefined, now: number): MachineTold {
  const { lastHeartbeat, lastPerformanceSample, ...rest } = machine;
  const kept = (time: string | undefined, known: string | undefined) =>
    time !== undefined && known !== undefined && now - Date.parse(known) < RENEWED_MS ? known : time;
  const heartbeat = kept(lastHeartbeat, before?.lastHeartbeat);
  const sample = kept(lastPerformanceSample, before?.lastPerformanceSample);
  return {
    ...rest,
    ...(heartbeat === undefined ? {} : { lastHeartbeat: heartbeat }),
    ...(sample === undefined ? {} : { lastPerformanceSample: sample }),
  };
}
