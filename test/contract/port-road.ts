/**
 * Everything that the operator asks of Azure, through its own port: each kind made, read, changed and removed, what
 * stands beside them read, and the reason of a failed operation fetched.
 */
import assert from 'node:assert/strict';
import type { Bench } from '../azure/bench.ts';
import { quiet } from '../azure/bench.ts';
import {
  changed,
  collectorWant,
  endpointWant,
  ids,
  linkWant,
  place,
  ruleWant,
  scopeWant,
  tags,
  workspaceWant,
  zoneGroupWant,
  zoneLinkWant,
  zoneWant,
} from '../azure/wants.ts';

const wants = [
  workspaceWant,
  scopeWant,
  linkWant,
  collectorWant,
  ruleWant,
  endpointWant,
  zoneWant,
  zoneGroupWant,
  zoneLinkWant,
] as const;

/** The records of a zone group and what is on the way to them. */
async function readAround({ azure }: Bench): Promise<void> {
  const endpoint = await azure.get('privateEndpoint', ids.endpoint, quiet);
  await azure.networkInterface(endpoint?.networkInterfaceId ?? ids.networkInterface('none'), quiet);
  await azure.zoneGroups(ids.endpoint, quiet);
  await azure.zoneLinks(ids.zone, quiet);
  await azure.zoneRecords(ids.zone, quiet);
  await azure.dnsZones(place.subscriptionId, quiet);
  await azure.subnet(ids.subnet, quiet);
  await azure.scopeLinks(ids.scope, quiet);
  await azure.softDeletedWorkspaces(place, quiet);
}

/** Every change that the operator makes to what is there. */
async function change({ azure }: Bench): Promise<void> {
  const more = { ...tags, plant: 'a' };
  const workspace = {
    ...workspaceWant,
    retentionInDays: 90,
    dailyQuotaGb: -1,
    tags: more,
    isolation: { ingestion: 'Disabled', query: 'Disabled' },
  } as const;
  await azure.update(workspace, changed('retentionInDays', 'dailyQuotaGb', 'tags.plant'), quiet);
  await azure.update(workspace, changed('isolation.ingestion', 'isolation.query'), quiet);
  await azure.update({ ...scopeWant, tags: more }, changed('tags.plant'), quiet);
  const closed = { ...scopeWant, tags: more, accessModes: { query: 'PrivateOnly', ingestion: 'Open' } } as const;
  await azure.update(closed, changed('accessModes.query'), quiet);
  await azure.update({ ...endpointWant, tags: more }, changed('tags.plant'), quiet);
  await azure.update({ ...collectorWant, tags: more }, changed('tags.plant'), quiet);
  await azure.setAccess(collectorWant, { ingestion: 'Disabled' }, quiet);
  const { performance: _, ...fewer } = ruleWant;
  await azure.update({ ...fewer, tags: more }, changed('performanceCounters', 'tags.plant'), quiet);
  await azure.update({ ...zoneWant, tags: more }, changed('tags.plant'), quiet);
  await azure.update(zoneGroupWant, changed('zones.monitor'), quiet);
  await azure.update({ ...zoneLinkWant, tags: more }, changed('tags.plant'), quiet);
}

/** From nothing to everything and back. `settle` lets what is under way end; while it has not, states in between are read. */
export async function portRoad(here: Bench, settle: () => void): Promise<void> {
  const { azure } = here;
  for (const { kind, id } of wants) assert.equal(await azure.get(kind, id, quiet), undefined);
  await azure.zoneGroups(ids.endpoint, quiet);
  await azure.subnet(ids.subnet.replace('monitoring', 'none'), quiet);
  for (const want of wants) {
    const { operation } = await azure.create(want, quiet);
    await azure.get(want.kind, want.id, quiet);
    if (operation !== undefined) assert.equal(await azure.operationFailure(operation, quiet), undefined);
    settle();
    assert.ok(await azure.get(want.kind, want.id, quiet));
  }
  await readAround(here);
  await change(here);
  settle();
  await readAround(here);
  for (const { kind, id } of wants.toReversed()) {
    const { operation } = await azure.remove(kind, id, quiet);
    await azure.get(kind, id, quiet);
    if (operation !== undefined) await azure.operationFailure(operation, quiet);
    settle();
    assert.equal(await azure.get(kind, id, quiet), undefined);
    await azure.remove(kind, id, quiet);
  }
  await azure.softDeletedWorkspaces(place, quiet);
}
