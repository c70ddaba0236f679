/**
 * What a PUT or PATCH asks of a workspace, checked against the limits that Log Analytics documents and laid over what
 * the workspace was before. Answers and life cycle are in workspaces.ts.
 */
import { randomBytes } from 'node:crypto';
import { numberAt, objectAt, objectsAt, stringAt } from '../frame/body.ts';
import { badRequest } from '../frame/errors.ts';
import type { Json } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';
import type { PublicAccess, Workspace } from '../resources.ts';
import type { World } from '../world.ts';

export type WorkspaceShape = Pick<
  Workspace,
  'sku' | 'retentionInDays' | 'features' | 'dailyQuotaGb' | 'ingestion' | 'query'
>;

const commitmentTiers = [100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000];
const skus = ['Free', 'Standard', 'Premium', 'PerNode', 'PerGB2018', 'Standalone', 'CapacityReservation', 'LACluster'];
const accesses: readonly PublicAccess[] = ['Enabled', 'Disabled', 'SecuredByPerimeter'];

/** Messages of this provider end in the id of the operation that failed. */
const operationId = (): string => `Operation Id: '${randomBytes(16).toString('hex')}'`;

const invalid = (message: string, target: string) =>
  badRequest('InvalidParameter', `${message} ${operationId()}`, target);

function skuOf(properties: Json, before: Workspace['sku'] | undefined, nowMs: number): Workspace['sku'] {
  const asked = objectAt(properties, 'sku');
  const askedName = stringAt(asked, 'name');
  if (askedName === undefined) return before ?? { name: 'PerGB2018', changedAtMs: nowMs };
  const known = skus.find(sku => sku.toLowerCase() === askedName.toLowerCase());
  if (known === undefined)
    throw invalid(`'Sku' property value '${askedName}' is not supported.`, 'properties.sku.name');
  // Recorded: Standalone is asked, PerGB2018 is answered.
  const name = known === 'Standalone' ? 'PerGB2018' : known;
  const changedAtMs = before?.name === name ? before.changedAtMs : nowMs;
  if (name !== 'CapacityReservation') return { name, changedAtMs };
  const level = numberAt(asked, 'capacityReservationLevel');
  if (level === undefined || !commitmentTiers.includes(level)) {
    throw invalid(
      `'CapacityReservationLevel' must be one of ${commitmentTiers.join(', ')}.`,
      'properties.sku.capacityReservationLevel',
    );
  }
  return { name, capacityReservationLevel: level, changedAtMs };
}

function retentionOf(properties: Json, sku: string, before: number | undefined): number {
  const days = numberAt(properties, 'retentionInDays') ?? before ?? (sku === 'Free' ? 7 : 30);
  const fits = Number.isInteger(days) && (sku === 'Free' ? days === 7 : days >= 30 && days <= 730);
  if (fits) return days;
  throw invalid(
    `'RetentionInDays' property doesn't match the SKU limits. RetentionInDays: ${days}. SKU: ${sku}.`,
    'properties.retentionInDays',
  );
}

function quotaOf(properties: Json, before: number | undefined): number {
  const quota = numberAt(objectAt(properties, 'workspaceCapping'), 'dailyQuotaGb') ?? before ?? -1;
  if (quota === -1 || quota >= 0.023) return quota;
  throw invalid(
    `'DailyQuotaGb' must be -1 or at least 0.023, not ${quota}.`,
    'properties.workspaceCapping.dailyQuotaGb',
  );
}

function accessOf(properties: Json, key: string, before: PublicAccess | undefined): PublicAccess {
  const asked = stringAt(properties, key);
  if (asked === undefined) return before ?? 'Enabled';
  const access = accesses.find(each => each.toLowerCase() === asked.toLowerCase());
  if (access === undefined) throw invalid(`'${key}' must be one of ${accesses.join(', ')}.`, `properties.${key}`);
  return access;
}

/** The asked shape; what is not asked stays as it was, or takes its default. Throws ArmError 400 InvalidParameter. */
export function workspaceShape(body: Json, before: Workspace | undefined, nowMs: number): WorkspaceShape {
  const properties = objectAt(body, 'properties');
  const sku = skuOf(properties, before?.sku, nowMs);
  if (before === undefined && properties.defaultDataCollectionRuleResourceId !== undefined) {
    throw invalid('Default dcr is not applicable on workspace creation.', 'properties.defaultDcrFullResourceId');
  }
  return {
    sku,
    retentionInDays: retentionOf(properties, sku.name, before?.retentionInDays),
    features: { ...before?.features, ...objectAt(properties, 'features') },
    dailyQuotaGb: quotaOf(properties, before?.dailyQuotaGb),
    ingestion: accessOf(properties, 'publicNetworkAccessForIngestion', before?.ingestion),
    query: accessOf(properties, 'publicNetworkAccessForQuery', before?.query),
  };
}

/** The rule that a workspace takes as its own: it must send to the workspace (recorded in 2022). */
export function defaultRule(world: World, body: Json, workspace: Workspace): string | undefined {
  const id = stringAt(objectAt(body, 'properties'), 'defaultDataCollectionRuleResourceId');
  if (id === undefined) return undefined;
  const rule = world.dataCollectionRules.get(id);
  const destinations = objectsAt(objectAt(rule?.properties ?? {}, 'destinations'), 'logAnalytics');
  if (destinations.some(each => sameId(stringAt(each, 'workspaceResourceId') ?? '', workspace.id))) return id;
  const message = `This workspace is missing from data collection rule ${id} destination list.`;
  throw badRequest('BadRequest', message, 'defaultDcrFullResourceId');
}

/** 4 to 63 letters, digits and hyphens, a letter or digit at both ends (naming rules for Azure resources). */
export function checkWorkspaceName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/.test(name)) return;
  throw invalid(`Workspace name '${name}' is invalid: 4 to 63 letters, digits and hyphens.`, 'name');
}
