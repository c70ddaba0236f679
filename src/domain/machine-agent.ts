/**
 * The Azure Monitor Agent of one machine: what was seen of its extension against what the spec asks for. Pure;
 * machine-verdict.ts has the table.
 */
import { isFailedState, isSucceeded } from './converge.ts';
import { isOurAgent } from './machine-ownership.ts';
import { held, type MachineRules, type MachineView, type Part, THERE, type Trouble, trouble } from './machine-part.ts';
import { type AgentExtension, type AgentWant, agentId, isArcMachine, type Machine } from './machine-resources.ts';
import { OWNER_TAG, ownerText } from './names.ts';
import type { ArmId } from './resources.ts';

/** What is due about the agent of one machine. */
export function judgeAgent(view: MachineView, rules: MachineRules): Part<AgentWant> {
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
