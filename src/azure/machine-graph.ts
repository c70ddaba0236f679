/**
 * Machines, agents and endpoint associations of whole resource groups, by Azure Resource Graph: a query for what would be a
 * GET a machine. Some time behind, so it says where to look and never what to write. src/azure only. Source: Azure
 * Resource Graph "Table and resource type reference".
 */
import type { Association, MachineGraph } from '../domain/machine-resources.ts';
import type { Place } from '../domain/names.ts';
import { readRows } from './graph.ts';
import type { Endpoint } from './inquiries.ts';
import { AGENT_TYPES, readAssociation, readExtension, readMachine } from './machines.ts';
import type { Arm } from './resources.ts';
import { type Json, text } from './wire.ts';

/** Of up to 1,000 rows each. */
const MAX_PAGES = 20;

const MACHINE_TYPES = ['microsoft.hybridcompute/machines', 'microsoft.compute/virtualmachines'];
const EXTENSION_TYPES = MACHINE_TYPES.map(type => `${type}/extensions`);

const quoted = (names: readonly string[]): string => names.map(name => `'${name.replaceAll(/[\\']/g, '')}'`).join(', ');

/** In lower case, as the graph keeps them. */
const groupsOf = (places: readonly Place[]): string =>
  quoted([...new Set(places.map(({ resourceGroup }) => resourceGroup.toLowerCase()))]);

const question = (places: readonly Place[], query: string) => ({
  query,
  subscriptions: [...new Set(places.map(({ subscriptionId }) => subscriptionId.toLowerCase()))],
});

/** One query. A row that cannot be understood is left out. */
export async function readMachineGraph(
  arm: Arm & Endpoint,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<MachineGraph> {
  const query = `resources
| where resourceGroup in~ (${groupsOf(places)})
| where type in~ (${quoted(MACHINE_TYPES)})
  or (type in~ (${quoted(EXTENSION_TYPES)}) and tostring(properties.type) in~ (${quoted(AGENT_TYPES)}))
| project id, type, location, tags, properties
| order by id asc`;
  const { rows, isCut } = await readRows(arm, question(places, query), signal, MAX_PAGES);
  const isExtension = ({ type }: Json) => text(type)?.toLowerCase().endsWith('/extensions') ?? false;
  return {
    machines: rows.filter(row => !isExtension(row)).flatMap(row => understoodRow(row, readMachine)),
    agents: rows.filter(isExtension).flatMap(row => understoodRow(row, readExtension)),
    isCut,
  };
}

/** One query. A row that cannot be understood is left out. */
export async function readEndpointGraph(
  arm: Arm & Endpoint,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<readonly Association[]> {
  const query = `insightsresources
| where resourceGroup in~ (${groupsOf(places)})
| where type =~ 'microsoft.insights/datacollectionruleassociations' and isnotempty(properties.dataCollectionEndpointId)
| project id, properties
| order by id asc`;
  const { rows } = await readRows(arm, question(places, query), signal, MAX_PAGES);
  return rows.flatMap(row => understoodRow(row, readAssociation));
}

function understoodRow<T>(row: Json, read: (body: Json) => T): readonly T[] {
  try {
    return [read(row)];
  } catch {
    return [];
  }
}
