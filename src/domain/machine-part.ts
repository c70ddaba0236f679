/**
 * What the verdict on one machine is made of: what is seen of it, what all have in common, and each part of what it is
 * given. Pure; machine-verdict.ts and machine-agent.ts judge.
 */
import type { MachineSystem, MachinesWant } from './collection-resources.ts';
import type { AgentExtension, Association, Machine } from './machine-resources.ts';
import { idKey } from './names.ts';
import type { WriteState } from './observed.ts';
import type { Reason } from './reasons.ts';
import type { ArmId, Owner } from './resources.ts';
import type { Verdict } from './steps.ts';

/** What is wrong with a machine. `Told`: nothing waits for it. */
export interface MachineProblem {
  readonly state: Exclude<Verdict['state'], 'Ready'> | 'Told';
  readonly reason: Reason;
  /** Of many machines: `is in westeurope, where there is no endpoint`; begins with a verb. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** Whether an association is what it is about. */
  readonly isAssociation: boolean;
}

/** What is seen of one machine. */
export interface MachineView {
  readonly machine: Machine;
  readonly associations: readonly Association[];
  /** `undefined`: it has none; `Unknown`: the agents could not be read. */
  readonly agent: AgentExtension | 'Unknown' | undefined;
}

/** What all machines of an object have in common. */
export interface MachineRules {
  readonly owner: Owner;
  readonly want: MachinesWant;
  readonly rules: ReadonlyMap<MachineSystem, ArmId>;
  /** Ours, by the region that each is in. */
  readonly endpoints: ReadonlyMap<string, ArmId>;
  /** The region of an endpoint is not known yet. */
  readonly hasUnknownRegion: boolean;
  /** By `idKey`: everything that our scope links. */
  readonly inScope: ReadonlySet<string>;
  /** By `idKey` of an association or extension. */
  readonly writes: ReadonlyMap<string, WriteState>;
  /** Epoch ms. */
  readonly now: number;
}

/** A part of what a machine is given: there, to be sent, or in trouble. */
export type Part<T> = { readonly is: 'There' } | { readonly is: 'Due'; readonly due: T } | Trouble;
export type Trouble = { readonly is: 'Trouble'; readonly problem: MachineProblem };

export const THERE = { is: 'There' } as const;

export const trouble = (
  state: MachineProblem['state'],
  reason: Reason,
  message: string,
  isAssociation = true,
): Trouble => ({
  is: 'Trouble',
  problem: { state, reason, message, isAssociation },
});

/** What this process knows of its own last write comes before what Azure shows. */
export function held(id: ArmId, { writes, now }: MachineRules, isAssociation = true): Trouble | undefined {
  const write = writes.get(idKey(id));
  if (write?.is === 'InFlight') return trouble('Waiting', 'Updating', 'has not been answered for yet', isAssociation);
  if (write?.is !== 'HeldOff') return undefined;
  const { kind, reason, message } = write.failure;
  const retryAfterMs = Math.max(0, write.retryAt - now);
  return { is: 'Trouble', problem: { state: kind, reason, message, retryAfterMs, isAssociation } };
}
