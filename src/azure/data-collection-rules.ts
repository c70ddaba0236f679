/**
 * Data collection rules. Created at once, without an operation; an update is a PUT of the body that Azure holds with our
 * parts in it, since PATCH knows tags alone. A rule that machines are associated with is not deleted by Azure, and its
 * associations are never deleted with it from here. src/azure only.
 * Source: REST reference "Data Collection Rules - Create", "Update", "Delete", 2024-03-11.
 */
import type { DataCollectionRule, DataCollectionRuleWant, RulePlace } from '../domain/collection-resources.ts';
import { PortError, stalled } from '../domain/failures.ts';
import type { Tags } from '../domain/resources.ts';
import type { Adapter, Site } from './adapter.ts';
import { readShape, ruleShape, withShape } from './rule-body.ts';
import {
  type Json,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  required,
  resourceBase,
  text,
  without,
} from './wire.ts';

/** An update is a GET and a PUT; new tags alone are a PATCH. */
export const dataCollectionRules: Adapter<'dataCollectionRule'> = {
  type: 'Microsoft.Insights/dataCollectionRules',
  read: readDataCollectionRule,

  get: ({ sdk, resourceGroup, name }) => sdk.monitor.dataCollectionRules.get(resourceGroup, name),

  async put(at, want) {
    const { location, endpointId } = placeOf(want);
    const properties = { dataCollectionEndpointId: endpointId, ...withShape({}, ruleShape(want)) };
    await at.sdk.monitor.dataCollectionRules.create(at.resourceGroup, at.name, {
      body: { location, kind: want.system, tags: { ...want.tags }, ...properties },
    });
  },

  async update({ sdk }, { want, fetch }) {
    const { endpointId } = placeOf(want);
    const found = await fetch();
    const body = objectOf(found.body);
    const properties = without(members(body.properties), READ_ONLY_PROPERTIES);
    await sdk.send({
      method: 'PUT',
      url: found.url,
      body: {
        ...without(body, READ_ONLY),
        tags: mergeTags(body, want.tags),
        properties: { ...withShape(properties, ruleShape(want)), dataCollectionEndpointId: endpointId },
      },
    });
  },

  retag: (at, tags) => patchTags(at, tags),

  remove: ({ sdk, resourceGroup, name }) => sdk.monitor.dataCollectionRules.delete(resourceGroup, name),
};

/** A PATCH replaces the whole set of tags. */
const patchTags = ({ sdk, resourceGroup, name }: Site, tags: Tags): Promise<unknown> =>
  sdk.monitor.dataCollectionRules.update(resourceGroup, name, { body: { tags: { ...tags } } });

const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];
const READ_ONLY_PROPERTIES = ['immutableId', 'provisioningState', 'endpoints', 'ingestionQuotas', 'metadata'];

/** The plan asks for nothing before it knows the place. */
function placeOf({ name, place }: DataCollectionRuleWant): RulePlace {
  if (place !== undefined) return place;
  throw new PortError(stalled('InvalidRequest', `data collection rule ${name}: its region is not known`));
}

/** Throws UnexpectedAnswerError without a location. */
function readDataCollectionRule(body: Json): DataCollectionRule {
  const properties = members(body.properties);
  return {
    kind: 'dataCollectionRule',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    ...optional('system', text(body.kind)),
    ...optional('endpointId', text(properties.dataCollectionEndpointId)),
    ...readShape(properties),
  };
}
