import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointAssociationId, ownDescription, ruleAssociationId } from '../../src/domain/machine-ownership.ts';
import type { MachineRules, MachineView } from '../../src/domain/machine-part.ts';
import { type Association, agentId, type Machine } from '../../src/domain/machine-resources.ts';
import { judgeMachine } from '../../src/domain/machine-verdict.ts';
import { idKey } from '../../src/domain/names.ts';

const owner = { installation: 'installation', namespace: 'plant', name: 'plant-a' };
const RG = '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-plant/providers';
const ID = `${RG}/Microsoft.HybridCompute/machines/press-1`;
const dce = (name: string) => `${RG}/Microsoft.Insights/dataCollectionEndpoints/${name}`;
const dcr = (name: string) => `${RG}/Microsoft.Insights/dataCollectionRules/${name}`;

const machine: Machine = { id: ID, location: 'japaneast', tags: {}, system: 'Linux', status: 'Connected' };
const rules: MachineRules = {
  owner,
  want: { ids: [], takeOver: false, agent: { automaticUpgrade: true } },
  rules: new Map([['Linux', dcr('linux')]]),
  endpoints: new Map([['japaneast', dce('ours')]]),
  hasUnknownRegion: false,
  inScope: new Set([dce('ours'), dce('shared')].map(idKey)),
  writes: new Map(),
  now: 0,
};
const ofRule: Association = { id: ruleAssociationId(ID, 'Linux', owner), machineId: ID, ruleId: dcr('linux') };
const ofEndpoint = (name: string, description?: string): Association => ({
  id: endpointAssociationId(ID).toLowerCase(),
  machineId: ID,
  endpointId: dce(name),
  ...(description === undefined ? {} : { description }),
});
const agent = (over: object = {}) => ({
  id: agentId(ID, 'Linux'),
  machineId: ID,
  tags: { 'pms-owner': 'installation/plant/plant-a' },
  provisioningState: 'Succeeded',
  automaticUpgrade: true,
  ...over,
});

const CASES: readonly {
  readonly name: string;
  readonly view?: Partial<MachineView>;
  readonly rules?: Partial<MachineRules>;
  readonly gives: readonly string[];
  readonly problem?: string;
}[] = [
  { name: 'has nothing', gives: ['rule', 'endpoint', 'agent'] },
  {
    name: 'has all of it',
    view: { associations: [ofRule, ofEndpoint('ours', ownDescription(owner))], agent: agent() },
    gives: [],
  },
  {
    name: 'has an endpoint that the scope links, whoever gave it',
    view: { associations: [ofEndpoint('shared')], agent: agent({ tags: {} }) },
    gives: ['rule'],
  },
  {
    name: 'has ours from before the endpoint of its region was another',
    view: { associations: [ofRule, ofEndpoint('shared', ownDescription(owner))], agent: agent() },
    gives: ['endpoint'],
  },
  {
    name: 'has an endpoint of somebody else',
    view: { associations: [ofEndpoint('theirs')] },
    gives: [],
    problem: 'Stalled MachineHasOtherEndpoint',
  },
  {
    name: 'has an endpoint of somebody else that is to be taken over',
    view: { associations: [ofEndpoint('theirs')], agent: agent() },
    rules: { want: { ...rules.want, takeOver: true } },
    gives: ['rule', 'endpoint'],
  },
  {
    name: 'has what another object gave, which is never taken over',
    view: { associations: [ofEndpoint('theirs', 'pms-owner: installation/plant/plant-b')] },
    rules: { want: { ...rules.want, takeOver: true } },
    gives: [],
    problem: 'Stalled MachineHasOtherEndpoint',
  },
  {
    name: 'is where no endpoint is',
    view: { machine: { ...machine, location: 'westeurope' } },
    gives: [],
    problem: 'Stalled RegionWithoutEndpoint',
  },
  {
    name: 'is where perhaps an endpoint is',
    view: { machine: { ...machine, location: 'westeurope' } },
    rules: { hasUnknownRegion: true },
    gives: ['rule'],
    problem: 'Waiting WaitingForStep',
  },
  {
    name: 'runs what nothing is collected of',
    view: { machine: { ...machine, system: 'Windows' } },
    gives: [],
    problem: 'Stalled NoRuleForSystem',
  },
  {
    name: 'is not connected',
    view: { machine: { ...machine, status: 'Disconnected' } },
    gives: ['rule', 'endpoint'],
    problem: 'Told MachineNotConnected',
  },
  {
    name: 'has an agent of somebody else that failed',
    view: { agent: agent({ tags: {}, provisioningState: 'Failed' }) },
    gives: ['rule', 'endpoint'],
    problem: 'Stalled AgentFailed',
  },
  {
    name: 'has an agent of ours that failed',
    view: { associations: [ofRule, ofEndpoint('ours')], agent: agent({ provisioningState: 'Failed' }) },
    gives: ['agent'],
  },
  {
    name: 'is a virtual machine without an agent',
    view: { machine: { ...machine, id: `${RG}/Microsoft.Compute/virtualMachines/vm-1` } },
    gives: ['rule', 'endpoint'],
    problem: 'Stalled AgentMissing',
  },
];

for (const { name, view = {}, rules: over = {}, gives, problem } of CASES) {
  test(`a machine that ${name} is given ${gives.join(', ') || 'nothing'}`, () => {
    const seen = { machine, associations: [], agent: undefined, ...view };
    const verdict = judgeMachine(seen, { ...rules, ...over });
    const { machineId: _, ...parts } = verdict.join ?? { machineId: '' };
    assert.deepEqual(Object.keys(parts), gives);
    assert.equal(verdict.problem && `${verdict.problem.state} ${verdict.problem.reason}`, problem);
  });
}
