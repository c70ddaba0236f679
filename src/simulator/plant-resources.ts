/**
 * Puts the resources of seed-resources.ts into a new world. Throws nothing: the seed was checked.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Stamps } from './resources.ts';
import type { MachineExtension } from './resources-machines.ts';
import type { SeedMachine, SeedResources } from './seed-resources.ts';
import { usualFacts } from './types/machine-body.ts';
import type { World } from './world.ts';

const providers = (base: string, group: string): string => `${base}/resourceGroups/${group}/providers`;

const tagged = ({ tags }: { readonly tags?: Readonly<Record<string, string>> }) => (tags === undefined ? {} : { tags });

function plantMachine(world: World, base: string, seed: SeedMachine): void {
  const id = `${providers(base, seed.resourceGroup)}/Microsoft.HybridCompute/machines/${seed.name}`;
  const osName = seed.osName ?? 'linux';
  const status = seed.agent ?? 'Connected';
  const computerName = seed.computerName ?? seed.name;
  const { osProfile, ...facts } = seed.facts ?? usualFacts(osName);
  const agent = {
    version: seed.agentVersion ?? '1.52.03101.2480',
    lastChangeAtMs: world.clock.now(),
    computerName,
    facts,
  };
  world.machines.put({
    id,
    name: seed.name,
    group: seed.resourceGroup,
    location: seed.location,
    tags: seed.tags ?? {},
    vmId: randomUUID(),
    principalId: randomUUID(),
    clientPublicKey: randomBytes(270).toString('base64'),
    osName,
    osProfile: status === 'None' ? {} : { computerName, ...(osProfile as object | undefined) },
    state: 'Succeeded',
    ...(seed.resolves === undefined ? {} : { resolves: seed.resolves }),
    ...(seed.privateLinkScope === undefined ? {} : { privateLinkScopeId: seed.privateLinkScope }),
    ...(status === 'None' ? {} : { agent: { ...agent, status } }),
  });
  for (const each of seed.extensions ?? []) {
    const extension: MachineExtension = {
      id: `${id}/extensions/${each.name}`,
      name: each.name,
      group: seed.resourceGroup,
      machineId: id,
      location: seed.location,
      publisher: each.publisher,
      type: each.type,
      typeHandlerVersion: each.typeHandlerVersion ?? '1.0.0.0',
      autoUpgradeMinorVersion: false,
      enableAutomaticUpgrade: true,
      ...(each.settings === undefined ? {} : { settings: each.settings }),
      state: 'Succeeded',
    };
    world.machineExtensions.put(extension);
  }
}

function plantCollection(world: World, base: string, seed: SeedResources, stamps: Stamps): void {
  for (const rule of seed.dataCollectionRules ?? []) {
    world.dataCollectionRules.put({
      id: `${providers(base, rule.resourceGroup)}/Microsoft.Insights/dataCollectionRules/${rule.name}`,
      name: rule.name,
      group: rule.resourceGroup,
      location: rule.location,
      ...tagged(rule),
      ...(rule.kind === undefined ? {} : { kind: rule.kind }),
      immutableId: `dcr-${randomUUID().replaceAll('-', '')}`,
      etag: world.documentEtag(),
      stamps,
      properties: rule.properties,
    });
  }
  for (const { machine, name, rule, endpoint } of seed.ruleAssociations ?? []) {
    world.ruleAssociations.put({
      id: `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${name}`,
      name,
      group: /\/resourceGroups\/([^/]+)/i.exec(machine)?.[1] ?? '',
      machineId: machine,
      ...(rule === undefined ? {} : { ruleId: rule }),
      ...(endpoint === undefined ? {} : { endpointId: endpoint }),
      etag: world.documentEtag(),
      stamps,
    });
  }
}

function plantComponents(world: World, base: string, seed: SeedResources): void {
  for (const { name, resourceGroup, location, tags } of seed.components ?? []) {
    world.components.put({
      id: `${providers(base, resourceGroup)}/microsoft.insights/components/${name}`,
      name,
      group: resourceGroup,
      location,
      tags: tags ?? {},
      kind: 'web',
      appId: randomUUID(),
      instrumentationKey: randomUUID(),
      etag: world.documentEtag(),
      createdAtMs: world.clock.now(),
      ingestion: 'Enabled',
      query: 'Enabled',
      properties: { Application_Type: 'web', Flow_Type: null, Request_Source: 'rest', RetentionInDays: 90 },
    });
  }
}

/** Fills the world with what `seed` has of these. `base` is `/subscriptions/{id}`. */
export function plantResources(world: World, base: string, seed: SeedResources, stamps: Stamps): void {
  world.sharedKeysAllowed = seed.sharedKeys === 'yes';
  for (const zone of seed.privateDnsZones ?? []) {
    world.privateDnsZones.put({
      id: `${providers(base, zone.resourceGroup)}/Microsoft.Network/privateDnsZones/${zone.name}`,
      name: zone.name,
      group: zone.resourceGroup,
      ...tagged(zone),
      etag: randomUUID(),
      createdAtMs: world.clock.now(),
    });
  }
  for (const scope of seed.arcPrivateLinkScopes ?? []) {
    world.hybridScopes.put({
      id: `${providers(base, scope.resourceGroup)}/Microsoft.HybridCompute/privateLinkScopes/${scope.name}`,
      name: scope.name,
      group: scope.resourceGroup,
      location: scope.location,
      ...tagged(scope),
      scopeGuid: randomUUID(),
      publicAccess: scope.publicNetworkAccess ?? 'Disabled',
    });
  }
  for (const { id, groupId, approvesManual, members } of seed.foreignServices ?? []) {
    const service = { id, approvesManual: approvesManual === 'yes', members: members ?? [] };
    world.foreignServices.put(groupId === undefined ? service : { ...service, groupId });
  }
  plantComponents(world, base, seed);
  plantCollection(world, base, seed, stamps);
  for (const machine of seed.machines ?? []) plantMachine(world, base, machine);
}
