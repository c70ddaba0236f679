/**
 * What is only asked, about things that the operator never writes: what a scope requires of an endpoint, rights,
 * providers, subscription, resource group, the room in a subnet. By plain GETs where no SDK package of ours has them.
 * src/azure only. Source: REST references "Permissions - List For Resource", "Providers - Get", "Resource Groups - Get",
 * "Subscriptions - Get", "Virtual Networks - List Usage".
 */
import { PortError } from '../domain/failures.ts';
import { type Place, parseId, sameId } from '../domain/names.ts';
import type { Adoptable, ArmId, EndpointNeed } from '../domain/resources.ts';
import type { Permission } from '../domain/rights.ts';
import type { AzureInquiry } from '../ports.ts';
import { siteOf } from './adapter.ts';
import { ArmError } from './arm-error.ts';
import type { Answer } from './pipeline.ts';
import { type Arm, orAbsent, READ_DEADLINE_MS, readerOf, readOne, typeOf, understood } from './resources.ts';
import { type Json, list, members, numeric, objectOf, required, requiredList, text, texts } from './wire.ts';

const RESOURCES_VERSION = '2021-04-01';
const SUBSCRIPTIONS_VERSION = '2022-12-01';
const AUTHORIZATION_VERSION = '2022-04-01';
const NETWORK_VERSION = '2024-05-01';
const LIST_VERSIONS: Readonly<Record<Adoptable, string>> = {
  workspace: '2025-07-01',
  component: '2020-02-02',
  privateLinkScope: '2021-07-01-preview',
  privateEndpoint: NETWORK_VERSION,
  dataCollectionEndpoint: '2024-03-11',
};
/** The one group of a scope. */
const GROUP = 'azuremonitor';
/** Of any list here; nobody has so many role assignments. */
const MAX_PAGES = 20;

/** Members and zones that the links of a scope require. */
export async function readEndpointNeed(
  arm: Arm,
  scopeId: ArmId,
  signal: AbortSignal,
): Promise<EndpointNeed | undefined> {
  const at = siteOf(scopeId, typeOf('privateLinkScope'), arm.sdkOf);
  const task = { what: `reading what private link scope ${at.name} requires`, signal };
  return readOne(arm, task, {
    send: () => at.sdk.monitor.privateLinkResources.get(at.resourceGroup, at.name, GROUP),
    read: ({ properties }) => ({
      members: texts(members(properties).requiredMembers),
      zones: texts(members(properties).requiredZoneNames),
    }),
  });
}

/** All role assignments' actions at a scope; `undefined` when it is not there. */
export async function readPermissions(
  arm: Arm & Endpoint,
  scope: ArmId,
  signal: AbortSignal,
): Promise<readonly Permission[] | undefined> {
  const what = `reading our permissions on ${scope}`;
  const path = `${scope}/providers/Microsoft.Authorization/permissions?api-version=${AUTHORIZATION_VERSION}`;
  const items = await readPages(arm, path, { what, signal });
  return items?.map(item => ({ actions: texts(item.actions), notActions: texts(item.notActions) }));
}

/** How far a provider is registered. */
export async function readRegistration(
  arm: Arm & Endpoint,
  { subscriptionId, namespace }: { readonly subscriptionId: string; readonly namespace: string },
  signal: AbortSignal,
): Promise<string> {
  const task = { what: `reading provider ${namespace}`, signal };
  const path = `/subscriptions/${subscriptionId}/providers/${namespace}?api-version=${RESOURCES_VERSION}`;
  return (
    (await readOne(arm, task, { send: () => get(arm, path), read: body => text(body.registrationState) })) ?? 'unknown'
  );
}

/** Where the Resource Manager is. */
export interface Endpoint {
  readonly endpoint: string;
}

/** The port `AzureInquiry`. */
export function createInquiry(arm: Arm & Endpoint): AzureInquiry {
  const one = <T>(path: string, task: Task, read: (body: Json) => T): Promise<T | undefined> =>
    readOne(arm, task, { send: () => get(arm, path), read });
  return {
    async list(kind, place, signal) {
      const reader = readerOf(kind);
      const task = { what: `listing ${reader.type} of ${place.resourceGroup}`, signal };
      const path = `${pathOf(place)}/providers/${reader.type}?api-version=${LIST_VERSIONS[kind]}`;
      const items = await readPages(arm, path, task);
      return items && understood(task.what, () => items.map(item => reader.read(item)));
    },
    async subscription(id, signal) {
      const task = { what: `reading subscription ${id}`, signal };
      const read = (body: Json) => ({ name: text(body.displayName) ?? id, state: text(body.state) ?? 'unknown' });
      return orNoSubscription(one(`/subscriptions/${id}?api-version=${SUBSCRIPTIONS_VERSION}`, task, read));
    },
    resourceGroup: (place, signal) => {
      const task = { what: `reading resource group ${place.resourceGroup}`, signal };
      return one(`${pathOf(place)}?api-version=${RESOURCES_VERSION}`, task, body => ({
        location: required(body, 'location'),
      }));
    },
    async subnetUsage(subnetId, signal) {
      const network = subnetId.replace(/\/subnets\/[^/]+$/i, '');
      const task = { what: `reading the usage of network ${parseId(subnetId)?.names[0] ?? network}`, signal };
      const items = await readPages(arm, `${network}/usages?api-version=${NETWORK_VERSION}`, task);
      const found = items?.find(item => sameId(text(item.id), subnetId));
      const [limit, used] = [numeric(found?.limit), numeric(found?.currentValue)];
      return limit === undefined || used === undefined ? undefined : { limit, used };
    },
  };
}

interface Task {
  readonly what: string;
  readonly signal: AbortSignal;
}

const pathOf = ({ subscriptionId, resourceGroup }: Place): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}`;

const subscriptionIn = (path: string): string => /^\/subscriptions\/([^/?]+)/i.exec(path)?.[1] ?? '';

const get = ({ endpoint, sdkOf }: Arm & Endpoint, path: string): Promise<unknown> =>
  sdkOf(subscriptionIn(path)).send({ method: 'GET', url: `${endpoint.replace(/\/+$/, '')}${path}` });

/** All items of a list; `undefined` when what it is about is not there. */
async function readPages(arm: Arm & Endpoint, path: string, task: Task): Promise<readonly Json[] | undefined> {
  const sdk = arm.sdkOf(subscriptionIn(path));
  const send = async (answers: readonly Answer[]) => {
    await get(arm, path);
    for (let page = 1; page < MAX_PAGES; page++) {
      const next = text(members(answers.at(-1)?.body).nextLink);
      if (next === undefined) return;
      await sdk.send({ method: 'GET', url: next });
    }
  };
  const pages = await orAbsent(arm.calls.run({ ...task, deadlineMs: READ_DEADLINE_MS }, send));
  return pages && understood(task.what, () => pages.flatMap(({ body }) => list(requiredList(objectOf(body), 'value'))));
}

/** Azure answers 404 SubscriptionNotFound to who has no right in it, which proves nothing about a resource. */
async function orNoSubscription<T>(asked: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    const code =
      thrown instanceof PortError && thrown.cause instanceof ArmError ? thrown.cause.facts.items[0]?.code : '';
    if (/^(SubscriptionNotFound|InvalidSubscriptionId|AuthorizationFailed)$/i.test(code ?? '')) return undefined;
    throw thrown;
  }
}
