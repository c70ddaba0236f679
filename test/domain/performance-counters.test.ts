/**
 * The data file of counters against the tables that it was taken from, written here by object as the source groups them:
 * MicrosoftDocs/azure-monitor-docs, articles/azure-monitor/vm/data-collection-performance.md (2025-10-27).
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { DEFAULT_SAMPLING_SECONDS, LINUX_COUNTERS, WINDOWS_COUNTERS } from '../../src/domain/performance-counters.ts';
import * as plant from '../model/plant.ts';
import { collectingWith } from '../model/plant-collection.ts';

/** Objects in the order of the tables, and their counters. */
type Table = readonly (readonly [string, string])[];

const LINUX: Table = [
  [
    'Processor',
    '% Processor Time, % Idle Time, % User Time, % Nice Time, % Privileged Time, % IO Wait Time, % Interrupt Time',
  ],
  [
    'Memory',
    'Available MBytes Memory, % Available Memory, Used Memory MBytes, % Used Memory, Pages/sec, Page Reads/sec, Page Writes/sec, Available MBytes Swap, % Available Swap Space, Used MBytes Swap Space, % Used Swap Space',
  ],
  ['Process', 'Pct User Time, Pct Privileged Time, Used Memory, Virtual Shared Memory'],
  [
    'Logical Disk',
    '% Free Inodes, % Used Inodes, Free Megabytes, % Free Space, % Used Space, Logical Disk Bytes/sec, Disk Read Bytes/sec, Disk Write Bytes/sec, Disk Transfers/sec, Disk Reads/sec, Disk Writes/sec',
  ],
  [
    'Network',
    'Total Bytes Transmitted, Total Bytes Received, Total Bytes, Total Packets Transmitted, Total Packets Received, Total Rx Errors, Total Tx Errors, Total Collisions',
  ],
  ['System', 'Uptime, Load1, Load5, Load15, Users, Unique Users, CPUs'],
];

const WINDOWS: Table = [
  ['Processor Information(_Total)', '% Processor Time, % Privileged Time, % User Time, Processor Frequency'],
  ['System', 'Processes'],
  ['Process(_Total)', 'Thread Count, Handle Count'],
  ['System', 'System Up Time, Context Switches/sec, Processor Queue Length'],
  [
    'Memory',
    '% Committed Bytes In Use, Available Bytes, Committed Bytes, Cache Bytes, Pool Paged Bytes, Pool Nonpaged Bytes, Pages/sec, Page Faults/sec',
  ],
  ['Process(_Total)', 'Working Set, Working Set - Private'],
  [
    'LogicalDisk(_Total)',
    '% Disk Time, % Disk Read Time, % Disk Write Time, % Idle Time, Disk Bytes/sec, Disk Read Bytes/sec, Disk Write Bytes/sec, Disk Transfers/sec, Disk Reads/sec, Disk Writes/sec, Avg. Disk sec/Transfer, Avg. Disk sec/Read, Avg. Disk sec/Write, Avg. Disk Queue Length, Avg. Disk Read Queue Length, Avg. Disk Write Queue Length, % Free Space, Free Megabytes',
  ],
  [
    'Network Interface(*)',
    'Bytes Total/sec, Bytes Sent/sec, Bytes Received/sec, Packets/sec, Packets Sent/sec, Packets Received/sec, Packets Outbound Errors, Packets Received Errors',
  ],
];

const inTable = (table: Table, form: (object: string, counter: string) => string): readonly string[] =>
  table.flatMap(([object, counters]) => counters.split(', ').map(counter => form(object, counter)));

suite('the documented performance counters', () => {
  test('of Linux are those 48, in their order', () => {
    assert.deepEqual(
      LINUX_COUNTERS,
      inTable(LINUX, (object, counter) => `${object}(*)\\${counter}`),
    );
    assert.equal(new Set(LINUX_COUNTERS).size, 48);
  });

  test('of Windows are those 46, in their order', () => {
    assert.deepEqual(
      WINDOWS_COUNTERS,
      inTable(WINDOWS, (object, counter) => `\\${object}\\${counter}`),
    );
    assert.equal(new Set(WINDOWS_COUNTERS).size, 46);
  });

  test('are what Recommended asks for, once a minute unless the spec says otherwise', () => {
    const object = collectingWith({
      endpoints: [{ name: 'dce-a' }],
      linuxPerformance: { preset: 'Recommended' },
      windowsPerformance: { preset: 'Recommended', samplingFrequencyInSeconds: 15 },
    });
    assert.equal(DEFAULT_SAMPLING_SECONDS, 60);
    assert.deepEqual(
      desire(object, plant.INSTALLATION).collection?.rules.map(({ performance }) => performance),
      [
        { counters: LINUX_COUNTERS, samplingFrequencyInSeconds: 60 },
        { counters: WINDOWS_COUNTERS, samplingFrequencyInSeconds: 15 },
      ],
    );
  });
});
