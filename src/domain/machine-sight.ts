/**
 * What a pass has read of machines. Pure data; `observe` in the controller fills it. A thousand machines are a few lists:
 * what single reads and our own writes have told since is already in them.
 */
import type { AgentExtension, Association, Machine } from './machine-resources.ts';
import type { Reading, WriteState } from './observed.ts';
import type { ArmId } from './resources.ts';

export interface MachinesSight {
  /** Those that the spec chooses and that are there. */
  readonly chosen: Reading<readonly Machine[]>;
  /** Ids of the spec that Azure answers 404 for. */
  readonly missing: readonly ArmId[];
  /** With our rules and endpoints; and what is known of other endpoints, where a chosen machine has none of ours. */
  readonly associations: Reading<readonly Association[]>;
  readonly agents: Reading<readonly AgentExtension[]>;
  /** By `idKey` of an association or an extension: our own last write to it. */
  readonly writes: ReadonlyMap<string, WriteState>;
}
