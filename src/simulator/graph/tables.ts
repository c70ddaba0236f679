/**
 * The tables that Resource Graph can be asked for, made from what each resource type shows: `resources` has what can be
 * tagged, `extensibilityresources` what hangs on it (which children the real one has was not seen), `insightsresources`
 * the rule associations. Texts that the service keeps in lower case are lower case.
 */
import type { Caller } from '../entra/principals.ts';
import { isAllowed } from '../frame/permissions.ts';
import type { Json, ResourceType } from '../frame/resource-type.ts';
import type { World } from '../world.ts';
import type { Row } from './evaluate.ts';
import type { Rows } from './run.ts';

export const columns: readonly string[] = (
  'id name type tenantId kind location resourceGroup subscriptionId managedBy sku plan properties tags identity zones ' +
  'extendedLocation'
).split(' ');

const textAt = (body: Json, key: string): string => (typeof body[key] === 'string' ? body[key] : '');

function rowOf(world: World, body: Json): Row {
  const id = textAt(body, 'id');
  const group = /\/resourcegroups\/([^/]+)/i.exec(id)?.[1] ?? '';
  const known: Readonly<Record<string, unknown>> = {
    id,
    name: textAt(body, 'name'),
    type: textAt(body, 'type').toLowerCase(),
    tenantId: world.tenantId,
    kind: textAt(body, 'kind').toLowerCase(),
    location: textAt(body, 'location').toLowerCase(),
    resourceGroup: group.toLowerCase(),
    subscriptionId: world.subscriptionId,
    managedBy: '',
  };
  return new Map(columns.map(column => [column, known[column] ?? body[column] ?? null]));
}

const isAssociation = (type: ResourceType): boolean => type.name === 'dataCollectionRuleAssociations';
/** Children that have a region and tags of their own. */
const isTracked = (type: ResourceType): boolean =>
  !type.name.includes('/') ||
  type.name === 'machines/extensions' ||
  type.name === 'privateDnsZones/virtualNetworkLinks';

const tables: Readonly<Record<string, (type: ResourceType) => boolean>> = {
  resources: type => isTracked(type) && !isAssociation(type),
  extensibilityresources: type => !isTracked(type) || isAssociation(type),
  insightsresources: isAssociation,
};

/** The rows of a table that the caller may read, by id; undefined when there is no such table. */
export function tableNamed(
  world: World,
  name: string,
  options: { readonly types: readonly ResourceType[]; readonly caller: Caller },
): Rows | undefined {
  const wanted = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (wanted === undefined) return undefined;
  const bodies = options.types
    .filter(type => wanted(type))
    .flatMap(type => {
      const action = `${type.namespace}/${type.name}/read`;
      const all = type.state?.(world, type.apiVersions.at(-1) ?? '') ?? [];
      return all.filter(body => isAllowed(world, options.caller, action, textAt(body, 'id')));
    });
  const rows = bodies.map(body => rowOf(world, body));
  return { columns, rows: rows.toSorted((one, other) => (String(one.get('id')) < String(other.get('id')) ? -1 : 1)) };
}
