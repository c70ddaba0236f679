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
import { endpointItem } from './collection.ts';
import { regionKey } from './difference.ts';
import { judgeAgent } from './machine-agent.ts';
import {
  endpointAssociationId,
  isEndpointAssociation,
  isOurAssociation,
  otherOwner,
  ruleAssociationId,
} from './machine-ownership.ts';
import {
  held,
  type MachineProblem,
  type MachineRules,
  type MachineView,
  type Part,
  THERE,
  type Trouble,
  trouble,
} from './machine-part.ts';
import type { Association, MachineJoin } from './machine-resources.ts';
import { idKey, sameId, shortName } from './names.ts';
import type { ArmId, Owner } from './resources.ts';

export interface MachineVerdict {
  readonly id: ArmId;
  /** Azure's word, or Missing; absent while nobody knows. */
  readonly agent?: string;
  readonly associated: boolean;
  readonly problem?: MachineProblem;
  readonly join?: MachineJoin;
}

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
    `is in ${location}, where there is no data collection endpoint: add to spec.dataCollection.endpoints: ${endpointItem(location)}`,
  );
