import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { isAllowed, missingRights, neededRights, type Permission } from '../../src/domain/rights.ts';
import * as plant from '../model/plant.ts';

const WRITE = 'Microsoft.Insights/privateLinkScopes/write';
const allow = (actions: readonly string[], notActions: readonly string[] = []): Permission => ({ actions, notActions });

const cases: readonly { readonly name: string; readonly held: readonly Permission[]; readonly allowed: boolean }[] = [
  { name: 'nothing at all', held: [], allowed: false },
  { name: 'the action itself, in any letter case', held: [allow([WRITE.toUpperCase()])], allowed: true },
  { name: 'everything', held: [allow(['*'])], allowed: true },
  { name: 'everything of the provider', held: [allow(['Microsoft.Insights/*'])], allowed: true },
  { name: 'a wildcard in the middle', held: [allow(['Microsoft.*/privateLinkScopes/*'])], allowed: true },
  { name: 'reading alone', held: [allow(['*/read'])], allowed: false },
  { name: 'a longer action', held: [allow([`${WRITE}/all`])], allowed: false },
  {
    name: 'a dot that is not any character',
    held: [allow(['MicrosoftXInsights/privateLinkScopes/write'])],
    allowed: false,
  },
  { name: 'everything but writing', held: [allow(['*'], ['*/write'])], allowed: false },
  {
    name: 'what one assignment leaves out and another gives',
    held: [allow(['*'], ['*/write']), allow(['Microsoft.Insights/*'])],
    allowed: true,
  },
];

for (const { name, held, allowed } of cases) {
  test(`who has ${name} ${allowed ? 'may' : 'may not'} write a scope`, () => {
    assert.equal(isAllowed(WRITE, held), allowed);
  });
}

const want = desire(plant.pms(), plant.INSTALLATION);

test('rights are needed on the resource group and on the subnet, wherever it is', () => {
  const needed = neededRights(want);
  assert.deepEqual(
    needed.map(({ name }) => name),
    ['resource group rg-monitor', 'subnet vnet-plant/monitoring'],
  );
  assert.ok(
    !needed[0]?.actions.includes('Microsoft.OperationalInsights/workspaces/delete'),
    'Retain deletes no workspace',
  );
  const deleting = neededRights(desire(plant.pms({ spec: plant.twoWorkspaces('Delete') }), plant.INSTALLATION));
  assert.ok(deleting[0]?.actions.includes('Microsoft.OperationalInsights/workspaces/delete'));
});

test('a scope whose permissions nobody could read is not judged', () => {
  const needed = neededRights(want);
  assert.deepEqual(missingRights(needed, []), []);
  const held = [{ scope: plant.SUBNET.toLowerCase(), permissions: [allow(['*/read'])] }];
  assert.deepEqual(
    missingRights(needed, held).flatMap(({ actions }) => actions),
    ['Microsoft.Network/virtualNetworks/subnets/join/action'],
  );
});
