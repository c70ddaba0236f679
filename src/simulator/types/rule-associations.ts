/**
 * Microsoft.Insights/dataCollectionRuleAssociations, below a machine: each names a rule, or, called
 * `configurationAccessEndpoint`, the one endpoint from which the machine gets its configuration. Written at once with
 * 200; every write counts as a creation (recorded in 2023). Arc machines must be there; others are not known here.
 */
import { objectAt, stringAt } from '../frame/body.ts';
import { badRequest, gatewayError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { RuleAssociation } from '../resources-machines.ts';
import { collectionVersions } from './api-versions.ts';
import { given, insightsList } from './call-kit.ts';
import { stamped, systemData } from './system-data.ts';

const type = 'Microsoft.Insights/dataCollectionRuleAssociations';
/** The name that an association with an endpoint must have. */
const endpointName = 'configurationAccessEndpoint';

const associationBody = (association: RuleAssociation): Json => ({
  properties: {
    ...given('description', association.description),
    ...given('dataCollectionRuleId', association.ruleId),
    ...given('dataCollectionEndpointId', association.endpointId),
  },
  id: association.id,
  name: association.name,
  type,
  etag: association.etag,
  systemData: systemData(association.stamps),
});

const machinePattern =
  /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.hybridcompute\/machines\/[^/]+$/i;

/** The machine's id, as it was made. Throws the gateway's 404 for a machine of Azure Arc that is not there. */
function machineId(call: ArmCall, verb: 'read' | 'write' | 'delete' = 'read'): string {
  const asked = call.path.extendedId ?? '';
  if (!machinePattern.test(asked)) return asked;
  const machine = call.world.machines.get(asked);
  if (machine === undefined) throw parentNotFound(verb, 'dataCollectionRuleAssociations', asked);
  return machine.id;
}

const idOf = (call: ArmCall): string => `${machineId(call)}/providers/${type}/${nameAt(call, 0)}`;

/** Exactly one of both, each with a name that fits it. */
function checkTarget(call: ArmCall, asked: Pick<RuleAssociation, 'ruleId' | 'endpointId'>): void {
  const { ruleId, endpointId } = asked;
  const isEndpointName = nameAt(call, 0).toLowerCase() === endpointName.toLowerCase();
  if ((ruleId === undefined) === (endpointId === undefined)) {
    throw badRequest('InvalidPayload', 'Exactly one of dataCollectionRuleId and dataCollectionEndpointId must be set.');
  }
  if (isEndpointName !== (endpointId !== undefined)) {
    throw badRequest(
      'InvalidAssociation',
      `An association with a data collection endpoint, and no other, must be named '${endpointName}'.`,
    );
  }
  const { world } = call;
  const found =
    ruleId === undefined ? world.dataCollectionEndpoints.get(endpointId ?? '') : world.dataCollectionRules.get(ruleId);
  if (found === undefined) {
    throw gatewayError(
      404,
      'ResourceNotFound',
      `The resource '${ruleId ?? endpointId}' of the association was not found.`,
    );
  }
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const machine = machineId(call, 'write');
  const properties = objectAt(call.body, 'properties');
  const target = {
    ...given('ruleId', stringAt(properties, 'dataCollectionRuleId')),
    ...given('endpointId', stringAt(properties, 'dataCollectionEndpointId')),
  };
  checkTarget(call, target);
  const before = world.ruleAssociations.get(idOf(call));
  const association = world.ruleAssociations.put({
    id: before?.id ?? idOf(call),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    machineId: machine,
    ...target,
    ...given('description', stringAt(properties, 'description')),
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal),
  });
  return { status: 200, body: associationBody(association), work: 'collectionPut' };
}

function get(call: ArmCall): ArmReply {
  const association = call.world.ruleAssociations.get(idOf(call));
  if (association !== undefined) return { status: 200, body: associationBody(association) };
  throw gatewayError(404, 'ResourceNotFound', `The resource '${idOf(call)}' was not found.`);
}

export const ruleAssociations: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'dataCollectionRuleAssociations',
  apiVersions: collectionVersions,
  level: 'extension',
  item: {
    GET: get,
    PUT: put,
    DELETE: call => ({ status: call.world.ruleAssociations.delete(idOf(call)) ? 200 : 204, work: 'collectionDelete' }),
  },
  list: call => insightsList(call.world.ruleAssociations.where('machine', machineId(call)).map(associationBody)),
  state: world => world.ruleAssociations.all().map(associationBody),
};
