/**
 * What Azure Resource Graph is asked: two queries over all that we may read, in pages, each a POST that writes nothing.
 * Much cheaper than a list a network, a machine and an extension; some seconds behind, so nothing is decided by it alone.
 * src/azure only. Source: Azure Resource Graph "Resources" 2022-10-01, "Table and resource type reference".
 */
import type { ArmId } from '../domain/resources.ts';
import type { GraphEndpoint, GraphSight } from '../domain/surroundings.ts';
import type { Endpoint } from './inquiries.ts';
import type { Answer } from './pipeline.ts';
import { type Arm, READ_DEADLINE_MS, understood } from './resources.ts';
import { type Json, list, members, objectOf, requiredList, text } from './wire.ts';

const VERSION = '2022-10-01';
/** Of up to 1,000 rows each; more is said to be more. */
const MAX_PAGES = 3;

const AGENT_TYPES = "'AzureMonitorLinuxAgent', 'AzureMonitorWindowsAgent'";

const RESOURCES = `resources
| where type in~ ('microsoft.network/privateendpoints', 'microsoft.hybridcompute/machines')
  or (type in~ ('microsoft.hybridcompute/machines/extensions', 'microsoft.compute/virtualmachines/extensions')
    and tostring(properties.type) in~ (${AGENT_TYPES}))
  or (type =~ 'microsoft.network/networkinterfaces' and isnotempty(properties.virtualMachine.id))
| project id, type, subnet = properties.subnet.id, automatic = properties.privateLinkServiceConnections,
  manual = properties.manualPrivateLinkServiceConnections, arcScope = properties.privateLinkScopeResourceId,
  machine = properties.virtualMachine.id, configurations = properties.ipConfigurations
| order by id asc`;

const ASSOCIATIONS = `insightsresources
| where type =~ 'microsoft.insights/datacollectionruleassociations' and isnotempty(properties.dataCollectionEndpointId)
| project id, endpoint = properties.dataCollectionEndpointId
| order by id asc`;

/** Both queries. A row that cannot be understood is left out. */
export async function readSurroundings(
  arm: Arm & Endpoint,
  subscriptionIds: readonly string[],
  signal: AbortSignal,
): Promise<GraphSight> {
  const ask = (query: string) => readRows(arm, { query, subscriptions: [...new Set(subscriptionIds)] }, signal);
  const [resources, associations] = await Promise.all([ask(RESOURCES), ask(ASSOCIATIONS)]);
  const ofType = (type: string) => resources.rows.filter(row => text(row.type)?.toLowerCase() === type);
  return {
    endpoints: ofType('microsoft.network/privateendpoints').flatMap(readEndpoint),
    agents: resources.rows.flatMap(readAgent),
    arcMachines: ofType('microsoft.hybridcompute/machines').flatMap(readArcMachine),
    interfaces: ofType('microsoft.network/networkinterfaces').flatMap(readInterface),
    associations: associations.rows.flatMap(readAssociation),
    isCut: resources.isCut || associations.isCut,
  };
}

export interface Question {
  readonly query: string;
  readonly subscriptions: readonly string[];
}

export interface Rows {
  readonly rows: readonly Json[];
  /** There were more pages than asked for. */
  readonly isCut: boolean;
}

/** The rows of one query, at most so many pages of up to 1,000. */
export async function readRows(
  arm: Arm & Endpoint,
  question: Question,
  signal: AbortSignal,
  maxPages = MAX_PAGES,
): Promise<Rows> {
  const task = { what: 'asking Azure Resource Graph', signal, deadlineMs: READ_DEADLINE_MS };
  const { send } = arm.sdkOf(question.subscriptions[0] ?? '');
  const url = `${arm.endpoint.replace(/\/+$/, '')}/providers/Microsoft.ResourceGraph/resources?api-version=${VERSION}`;
  const post = (token: string | undefined) => {
    const options = { resultFormat: 'objectArray', ...(token === undefined ? {} : { $skipToken: token }) };
    return send({ method: 'POST', url, body: { ...question, options } });
  };
  const answers = await arm.calls.run(task, async kept => {
    await post(undefined);
    for (let page = 1; page < maxPages && nextOf(kept) !== undefined; page++) await post(nextOf(kept));
  });
  const rows = understood(task.what, () => answers.flatMap(({ body }) => list(requiredList(objectOf(body), 'data'))));
  return { rows, isCut: nextOf(answers) !== undefined };
}

const nextOf = (answers: readonly Answer[]): string | undefined => text(members(answers.at(-1)?.body).$skipToken);

function readEndpoint(row: Json): readonly GraphEndpoint[] {
  const [id, subnetId] = [text(row.id), text(row.subnet)];
  const [connection] = [...list(row.automatic), ...list(row.manual)];
  const { privateLinkServiceId, privateLinkServiceConnectionState } = members(connection?.properties);
  const targetId = text(privateLinkServiceId);
  if (id === undefined || subnetId === undefined || targetId === undefined) return [];
  return [{ id, subnetId, targetId, status: text(members(privateLinkServiceConnectionState).status) ?? '' }];
}

/** The machine of an extension's id. */
const readAgent = ({ id, type }: Json): readonly ArmId[] =>
  text(type)?.toLowerCase().endsWith('/extensions') ? [(text(id) ?? '').replace(/\/extensions\/[^/]+$/i, '')] : [];

const readArcMachine = ({ id, arcScope }: Json): GraphSight['arcMachines'] => {
  const [machine, arcScopeId] = [text(id), text(arcScope)];
  return machine === undefined || arcScopeId === undefined ? [] : [{ id: machine, arcScopeId }];
};

function readInterface({ machine, configurations }: Json): GraphSight['interfaces'] {
  const machineId = text(machine);
  const subnetIds = list(configurations).flatMap(
    ({ properties }) => text(members(members(properties).subnet).id) ?? [],
  );
  return machineId === undefined ? [] : [{ machineId, subnetIds }];
}

/** An association hangs below its machine. */
function readAssociation({ id, endpoint }: Json): GraphSight['associations'] {
  const [machineId, endpointId] = [text(id)?.replace(/\/providers\/microsoft\.insights\/.*$/i, ''), text(endpoint)];
  return machineId === undefined || endpointId === undefined ? [] : [{ machineId, endpointId }];
}
