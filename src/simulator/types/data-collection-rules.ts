/**
 * Microsoft.Insights/dataCollectionRules and the associations that hang on one: created and changed at once, always with
 * 200; a PUT replaces all but the creation. Bodies as recorded in 2023; what is asked is checked in
 * data-collection-rule-request.ts.
 */
import { randomUUID } from 'node:crypto';
import { locationOf, objectAt, tagsOf } from '../frame/body.ts';
import { conflict, otherLocation, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { DataCollectionRule, RuleAssociation } from '../resources-machines.ts';
import { collectionVersions } from './api-versions.ts';
import { given, insightsList, notFound, outerId } from './call-kit.ts';
import { checkKind, collectionList } from './data-collection-kit.ts';
import { ruleProperties } from './data-collection-rule-request.ts';
import { stamped, systemData } from './system-data.ts';

const type = 'Microsoft.Insights/dataCollectionRules';

function ruleBody(rule: DataCollectionRule): Json {
  const { description, ...properties } = rule.properties;
  return {
    properties: {
      ...given('description', description),
      immutableId: rule.immutableId,
      ...properties,
      provisioningState: 'Succeeded',
    },
    location: rule.location,
    ...given('tags', rule.tags),
    ...given('identity', rule.identity),
    ...given('kind', rule.kind),
    id: rule.id,
    name: rule.name,
    type,
    etag: rule.etag,
    systemData: systemData(rule.stamps),
  };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.dataCollectionRules.get(outerId(call, type));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  const kind = checkKind(body);
  const properties = ruleProperties(world, objectAt(body, 'properties'), location);
  const identity = body.identity === undefined ? undefined : objectAt(body, 'identity');
  const rule = world.dataCollectionRules.put({
    id: before?.id ?? outerId(call, type),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    location,
    ...given('tags', tagsOf(body)),
    ...given('kind', kind),
    ...given('identity', identity),
    immutableId: before?.immutableId ?? `dcr-${randomUUID().replaceAll('-', '')}`,
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal, before?.stamps),
    properties,
  });
  return { status: 200, body: ruleBody(rule), work: 'collectionPut' };
}

function find(call: ArmCall): DataCollectionRule {
  const rule = call.world.dataCollectionRules.get(outerId(call, type));
  if (rule === undefined) throw notFound(call);
  return rule;
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const before = find(call);
  const stamps = stamped(world, call.principal, before.stamps);
  const rule = { ...before, ...given('tags', tagsOf(call.body)), stamps, etag: world.documentEtag() };
  world.dataCollectionRules.put(rule);
  return { status: 200, body: ruleBody(rule) };
}

/** Its associations go with it only when that is asked; the refusal otherwise is assumed, with our wording. */
function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const rule = world.dataCollectionRules.get(outerId(call, type));
  if (rule === undefined) return { status: 204 };
  const associations = world.ruleAssociations.where('rule', rule.id);
  if (associations.length > 0 && call.query.get('deleteAssociations')?.toLowerCase() !== 'true') {
    throw conflict(
      'Conflict',
      `Data collection rule '${rule.name}' has associations. Delete them first, or set 'deleteAssociations' to true.`,
    );
  }
  for (const each of associations) world.ruleAssociations.delete(each.id);
  world.dataCollectionRules.delete(rule.id);
  return { status: 200, work: 'collectionDelete' };
}

export const dataCollectionRules: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'dataCollectionRules',
  apiVersions: collectionVersions,
  item: { GET: call => ({ status: 200, body: ruleBody(find(call)) }), PUT: put, PATCH: patch, DELETE: remove },
  list: call => collectionList(call, call.world.dataCollectionRules.all(), ruleBody),
  state: world => world.dataCollectionRules.all().map(ruleBody),
};

/** Recorded: seen from the rule or endpoint, an association is all lower case, without etag and systemData. */
const lowerAssociation = ({ id, name, ruleId, endpointId, description }: RuleAssociation): Json => ({
  properties: {
    ...given('description', description),
    ...given('dataCollectionRuleId', ruleId?.toLowerCase()),
    ...given('dataCollectionEndpointId', endpointId?.toLowerCase()),
  },
  id: id.toLowerCase(),
  name: name.toLowerCase(),
  type: 'Microsoft.Insights/dataCollectionRuleAssociations',
});

const associationsOf = (
  name: 'dataCollectionRules' | 'dataCollectionEndpoints',
  index: 'rule' | 'endpoint',
): ResourceType => ({
  namespace: 'Microsoft.Insights',
  name: `${name}/associations`,
  apiVersions: collectionVersions,
  list: call => {
    const id = outerId(call, `Microsoft.Insights/${name}`);
    if (call.world[name].get(id) === undefined) throw parentNotFound('read', `${name}/associations`, id);
    return insightsList(call.world.ruleAssociations.where(index, id).map(lowerAssociation));
  },
});

export const collectionAssociations: readonly ResourceType[] = [
  associationsOf('dataCollectionRules', 'rule'),
  associationsOf('dataCollectionEndpoints', 'endpoint'),
];
