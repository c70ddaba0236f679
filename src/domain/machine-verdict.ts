/**
 * One machine: what was seen of it against what it is to have, and what follows. Pure.
 *
 * | seen                                            | verdict                                                    |
 * |-------------------------------------------------|------------------------------------------------------------|
 * | never reported: Linux or Windows is not known   | told; nothing is given                                     |
 * | nothing is collected of its system              | Stalled NoRuleForSystem; nothing is given                  |
 * | association with an endpoint of our scope       | adopted, whoever made it                                   |
 * | association with another endpoint, no takeOver, |
 * | or given by another object of an operator       | Stalled MachineHasOtherEndpoint; nothing is given          |
 * | no endpoint of ours in its region               | Stalled RegionWithoutEndpoint; nothing is given            |
 * | no association with our rule or endpoint        | join                                                       |
 * | installAgent, no agent, connected               | join, after the associations                               |
 * | installAgent, no agent, not connected           | told; it comes when the machine does                       |
 * | installAgent, no agent, a virtual machine       | Stalled AgentMissing                                       |
 * | our agent Failed, or put otherwise              | join again                                                 |
 * | an agent of somebody else                       | left as it is, also Failed, which stalls                   |
 */
import type { MachineSystem, MachinesWant } from './collection-resources.ts';
import { isFailedState, isSucceeded } from './converge.ts';
import { regionKey } from './difference.ts';
import {
  endpointAssociationId,
  isEndpointAssociation,
  isOurAgent,
  isOurAssociation,
  otherOwner,
  ruleAssociationId,
} from './machine-ownership.ts';
import {
  type AgentExtension,
  type AgentWant,
  type Association,
  agentId,
  isArcMachine,
  type Machine,
  type MachineJoin,
} from './machine-resources.ts';
import { idKey, OWNER_TAG, ownerText, sameId, shortName } from './names.ts';
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

export interface MachineVerdict {
  readonly id: ArmId;
  /** Azure's word, or Missing; absent while nobody knows. */
  readonly agent?: string;
  readonly associated: boolean;
  readonly problem?: MachineProblem;
  readonly join?: MachineJoin;
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
type Part<T> = { readonly is: 'There' } | { readonly is: 'Due'; readonly due: T } | Trouble;
type Trouble = { readonly is: 'Trouble'; readonly problem: MachineProblem };

const THERE = { is: 'There' } as const;

const trouble = (state: MachineProblem['state'], reason: Reason, message: string, isAssociation = true): Trouble => ({
  is: 'Trouble',
  problem: { state, reason, message, isAssociation },
});

export function judgeMachine(view: MachineView, rules: MachineRules): MachineVerdict {
  const { machine } = view;
  const rule = judgeRule(view, rules);
  const endpoint = judgeEndpoint(view, rules);
  const parts = [rule, endpoint];
  const associated = parts.every(({ is }) => is === 'There');
  // Half of it would collect and not be configured, or the other way round.
  const isBlocked = parts.some(part => part.is === 'Trouble' && ['Stalled', 'Told'].includes(part.problem.state));
  const agent = judgeAgent(view, rules);
  const parted = [...parts, agent].flatMap(part => (part.is === 'Trouble' ? [part.problem] : []));
  const [problem] = parted.toSorted((a, b) => GRAVITY[b.state] - GRAVITY[a.state]);
  const stale = isBlocked ? [] : staleOf(view, rules);
  const due = {
    ...(rule.is === 'Due' ? { rule: rule.due } : {}),
    ...(endpoint.is === 'Due' ? { endpoint: endpoint.due } : {}),
    ...(agent.is === 'Due' && parts.every(({ is }) => is !== 'Trouble') ? { agent: agent.due } : {}),
    ...(stale.length === 0 ? {} : { stale }),
  };
  const state = view.agent === 'Unknown' ? undefined : (view.agent?.provisioningState ?? 'Missing');
  return {
    id: machine.id,
    associated,
    ...(state === undefined ? {} : { agent: state }),
    ...(problem === undefined ? {} : { problem }),
    ...(isBlocked || Object.keys(due).length === 0 ? {} : { join: { machineId: machine.id, ...due } }),
  };
}

function staleOf({ machine, associations }: MachineView, rules: MachineRules): readonly ArmId[] {
  const { owner } = rules;
  const due = machine.system && ruleAssociationId(machine.id, machine.system, owner);
  return associations
    .filter(one => !isEndpointAssociation(one) && isOurAssociation(one, owner) && !sameId(one.id, due))
    .map(({ id }) => id)
    .filter(id => held(id, rules) === undefined);
}

/** The gravest is what a machine is told with. */
const GRAVITY = { Stalled: 3, Failed: 2, Waiting: 1, Told: 0 } as const;

function judgeRule({ machine, associations }: MachineView, rules: MachineRules): Part<{ id: ArmId; ruleId: ArmId }> {
  const { system } = machine;
  if (system === undefined) {
    return trouble(
      'Told',
      'MachineNotConnected',
      'has never reported, so nobody knows whether it runs Linux or Windows',
    );
  }
  const ruleId = rules.rules.get(system);
  if (ruleId === undefined) {
    const field = system === 'Linux' ? 'linuxPerformance or syslog' : 'windowsPerformance';
    const message = `runs ${system}, of which nothing is collected: add spec.dataCollection.${field}, or leave it out of spec.dataCollection.machines`;
    return trouble('Stalled', 'NoRuleForSystem', message);
  }
  const id = ruleAssociationId(machine.id, system, rules.owner);
  const found = associations.find(one => sameId(one.id, id));
  if (sameId(found?.ruleId, ruleId)) return THERE;
  return held(id, rules) ?? { is: 'Due', due: { id, ruleId } };
}

function judgeEndpoint(
  { machine, associations }: MachineView,
  rules: MachineRules,
): Part<{ id: ArmId; endpointId: ArmId }> {
  const { owner, want, endpoints, inScope } = rules;
  const id = endpointAssociationId(machine.id);
  const found = associations.find(one => sameId(one.id, id));
  const endpointId = endpoints.get(regionKey(machine.location));
  const isOurs = found !== undefined && isOurAssociation(found, owner);
  const isInScope = found?.endpointId !== undefined && inScope.has(idKey(found.endpointId));
  if (isOurs ? sameId(found.endpointId, endpointId) : isInScope) return THERE;
  // Two objects that take over would take from each other for ever.
  const mayTake = want.takeOver && (found === undefined || otherOwner(found, owner) === undefined);
  if (found !== undefined && !isOurs && !mayTake) return otherEndpoint(found, owner);
  if (endpointId === undefined) return rules.hasUnknownRegion ? UNKNOWN_REGION : missingRegion(machine.location);
  return held(id, rules) ?? { is: 'Due', due: { id, endpointId } };
}

/** A machine has one endpoint: giving it ours would take away what somebody relies on. */
function otherEndpoint(found: Association, owner: Owner): Trouble {
  const whose = otherOwner(found, owner);
  const cure =
    whose === undefined
      ? 'or set spec.dataCollection.machines.takeOver to true'
      : `or take the machine out of ${whose}, which has given it that`;
  const message = `gets its configuration through ${shortName(found.endpointId ?? '')}, which is not linked to our private link scope: link that endpoint (spec.dataCollection.endpoints with its resourceId), ${cure}`;
  return trouble('Stalled', 'MachineHasOtherEndpoint', message);
}

const UNKNOWN_REGION = trouble('Waiting', 'WaitingForStep', 'waits until the region of every endpoint is known');

const missingRegion = (location: string): Trouble =>
  trouble(
    'Stalled',
    'RegionWithoutEndpoint',
    `is in ${location}, where there is no data collection endpoint: add to spec.dataCollection.endpoints: {name: dce-${location}, location: ${location}}`,
  );

function judgeAgent(view: MachineView, rules: MachineRules): Part<AgentWant> {
  const { agent, machine } = view;
  const wanted = rules.want.agent;
  if (agent === 'Unknown') return THERE;
  if (agent === undefined) return judgeMissingAgent(machine, rules);
  const state = agent.provisioningState;
  if (!isOurAgent(agent, rules.owner)) {
    if (!isFailedState(state)) return THERE;
    return trouble(
      'Stalled',
      'AgentFailed',
      `has an Azure Monitor Agent that is ${state} and not ours: repair it`,
      false,
    );
  }
  if (!isFailedState(state) && !isSucceeded(state)) {
    return trouble('Waiting', 'Provisioning', `has an Azure Monitor Agent that is ${state}`, false);
  }
  const due = agentWant(machine, rules, agent.id);
  if (wanted === undefined || due === undefined) return THERE;
  if (isSucceeded(state) && isAsWanted(agent, due)) return THERE;
  if (machine.status !== 'Connected') return notConnected(machine, 'is brought into shape');
  return held(agent.id, rules, false) ?? { is: 'Due', due };
}

function judgeMissingAgent(machine: Machine, rules: MachineRules): Part<AgentWant> {
  const { id, status, system } = machine;
  if (rules.want.agent === undefined) {
    const message =
      'has no Azure Monitor Agent: set spec.dataCollection.machines.installAgent to true, or install it yourself';
    return trouble('Told', 'AgentMissing', message, false);
  }
  if (!isArcMachine(id)) {
    const message = `has no Azure Monitor Agent, and installAgent reaches machines of Azure Arc alone, since a virtual machine needs an identity for it: az vm extension set --publisher Microsoft.Azure.Monitor --name AzureMonitor${system ?? 'Linux'}Agent --ids ID`;
    return trouble('Stalled', 'AgentMissing', message, false);
  }
  const due = agentWant(machine, rules);
  if (status !== 'Connected' || due === undefined) return notConnected(machine, 'is installed');
  return held(due.id, rules, false) ?? { is: 'Due', due };
}

/** The extension is the machine's own work: an attempt would wait for it, and fail. */
const notConnected = ({ status }: Machine, what: string): Trouble =>
  trouble(
    'Told',
    'MachineNotConnected',
    `is ${status ?? 'not connected'}: its Azure Monitor Agent ${what} when it is Connected`,
    false,
  );

function agentWant(
  { id, location, system }: Machine,
  { want, owner }: MachineRules,
  at?: ArmId,
): AgentWant | undefined {
  if (want.agent === undefined || system === undefined) return undefined;
  return { ...want.agent, id: at ?? agentId(id, system), location, system, tags: { [OWNER_TAG]: ownerText(owner) } };
}

/** Only what the spec states is compared; a version only while nothing moves it on. */
export function isAsWanted(agent: AgentExtension, { version, automaticUpgrade, proxy }: AgentWant): boolean {
  const isVersion = automaticUpgrade || version === undefined || `${agent.version}.`.startsWith(`${version}.`);
  const isUpgrade = agent.automaticUpgrade === undefined || agent.automaticUpgrade === automaticUpgrade;
  return isVersion && isUpgrade && (proxy === undefined || agent.proxy === proxy);
}

/** What this process knows of its own last write comes before what Azure shows. */
function held(id: ArmId, { writes, now }: MachineRules, isAssociation = true): Trouble | undefined {
  const write = writes.get(idKey(id));
  if (write?.is === 'InFlight') return trouble('Waiting', 'Updating', 'has not been answered for yet', isAssociation);
  if (write?.is !== 'HeldOff') return undefined;
  const { kind, reason, message } = write.failure;
  const retryAfterMs = Math.max(0, write.retryAt - now);
  return { is: 'Trouble', problem: { state: kind, reason, message, retryAfterMs, isAssociation } };
}
