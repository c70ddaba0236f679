/**
 * What a fake agent reports: a heartbeat, and a value for each counter that it is told to read. The values are made up,
 * the same ones at the same time.
 */
import { isoTime } from '../../clock.ts';
import type { Machine } from '../../resources-machines.ts';

type Item = Readonly<Record<string, unknown>>;

const envelope = (dataType: string, items: readonly Item[]) => ({
  DataType: dataType,
  IPName: 'LogManagement',
  ManagementGroupId: '00000000-0000-0000-0000-000000000002',
  sourceHealthServiceId: '00000000-0000-0000-0000-000000000000',
  type: 'JsonData',
  DataItems: items,
});

const computerOf = (machine: Machine): string => machine.agent?.computerName ?? machine.name;

export const heartbeat = (machine: Machine, nowMs: number) =>
  envelope('HEALTH_ASSESSMENT_BLOB', [
    {
      Timestamp: isoTime(nowMs),
      Computer: computerOf(machine),
      OSType: machine.osName === 'windows' ? 'Windows' : 'Linux',
      OSName: machine.osName === 'windows' ? 'Windows Server 2022 Datacenter' : 'Ubuntu',
      OSMajorVersion: machine.osName === 'windows' ? '10' : '22',
      OSMinorVersion: machine.osName === 'windows' ? '0' : '04',
      Category: 'Azure Monitor Agent',
      SCAgentChannel: 'Direct',
      Version: '1.33.1',
      VMUUID: machine.vmId,
      ComputerEnvironment: 'Non-Azure',
      IsGatewayInstalled: false,
    },
  ]);

/** `Processor(*)\% Processor Time`, with or without a leading backslash. */
const specifier = /^\\?([^\\(]+?)(?:\(([^)]*)\))?\\(.+)$/;

/** A slow wave between 10 and 90, another one for each counter. */
function valueAt(counter: string, nowMs: number): number {
  const shift = [...counter].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return Math.round((50 + 40 * Math.sin(nowMs / 600_000 + shift)) * 100) / 100;
}

/** The readings of all these counters now. One that cannot be read is left out, as an agent does. */
export function readings(machine: Machine, counterSpecifiers: readonly string[], nowMs: number) {
  const items = counterSpecifiers.flatMap(text => {
    const [, object, instance = '*', counter] = specifier.exec(text) ?? [];
    if (object === undefined || counter === undefined) return [];
    return [
      {
        Timestamp: isoTime(nowMs),
        Host: computerOf(machine),
        ObjectName: object,
        InstanceName: instance === '*' ? '_Total' : instance,
        Collections: [{ CounterName: counter, Value: valueAt(text, nowMs) }],
      },
    ];
  });
  return envelope('LINUX_PERF_BLOB', items);
}
