/**
 * Microsoft.Insights/components (Application Insights): created and changed at once with 200, as recorded in 2020, with
 * lower-case provider and type in id and `type`. The instrumentation key is drawn and good for nothing.
 */
import { randomUUID } from 'node:crypto';
import { isoTime } from '../clock.ts';
import { locationOf, numberAt, objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, conflict, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { PublicAccess } from '../resources.ts';
import type { Component } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { componentVersions } from './api-versions.ts';
import { given, inCallScope, insightsList, notFound } from './call-kit.ts';
import { linksTo, linkView } from './link-view.ts';

const idOf = (call: ArmCall): string => `${call.scopeId}/providers/microsoft.insights/components/${nameAt(call, 0)}`;

function componentBody(world: World, component: Component): Json {
  const { properties, instrumentationKey: key, location } = component;
  const hosts = `IngestionEndpoint=https://${location}-0.in.applicationinsights.azure.com/;LiveEndpoint=https://${location}.livediagnostics.monitor.azure.com/`;
  return {
    id: component.id,
    name: component.name,
    type: 'microsoft.insights/components',
    location,
    tags: component.tags,
    kind: component.kind,
    etag: component.etag,
    properties: {
      Ver: 'v2',
      ApplicationId: component.name,
      AppId: component.appId,
      Application_Type: properties.Application_Type,
      Flow_Type: properties.Flow_Type,
      Request_Source: properties.Request_Source,
      InstrumentationKey: key,
      ConnectionString: `InstrumentationKey=${key};${hosts};ApplicationId=${component.appId}`,
      Name: component.name,
      CreationDate: isoTime(component.createdAtMs).replace('Z', '+00:00'),
      TenantId: world.subscriptionId,
      provisioningState: 'Succeeded',
      SamplingPercentage: null,
      RetentionInDays: properties.RetentionInDays,
      ...given('Retention', properties.Retention),
      ...given('WorkspaceResourceId', properties.WorkspaceResourceId),
      ...linkView(world, component.id),
      publicNetworkAccessForIngestion: component.ingestion,
      publicNetworkAccessForQuery: component.query,
    },
  };
}

function accessOf(properties: Json, key: string, before: PublicAccess | undefined): PublicAccess {
  const asked = stringAt(properties, key);
  if (asked === undefined) return before ?? 'Enabled';
  const access = (['Enabled', 'Disabled', 'SecuredByPerimeter'] as const).find(
    each => each.toLowerCase() === asked.toLowerCase(),
  );
  if (access === undefined)
    throw badRequest('BadRequest', `'properties.${key}' must be Enabled or Disabled, not '${asked}'.`);
  return access;
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, 'microsoft.insights/components');
  const kind = stringAt(body, 'kind');
  if (kind === undefined || kind === '')
    throw badRequest('BadRequest', "The 'kind' of an Application Insights component is required.");
  const before = world.components.get(idOf(call));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  const properties = objectAt(body, 'properties');
  const days = numberAt(properties, 'RetentionInDays');
  const component = world.components.put({
    id: before?.id ?? idOf(call),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    location,
    tags: tagsOf(body) ?? {},
    kind,
    appId: before?.appId ?? randomUUID(),
    instrumentationKey: before?.instrumentationKey ?? randomUUID(),
    etag: world.documentEtag(),
    createdAtMs: before?.createdAtMs ?? world.clock.now(),
    ingestion: accessOf(properties, 'publicNetworkAccessForIngestion', before?.ingestion),
    query: accessOf(properties, 'publicNetworkAccessForQuery', before?.query),
    properties: {
      Application_Type: stringAt(properties, 'Application_Type') ?? 'web',
      Flow_Type: stringAt(properties, 'Flow_Type') ?? null,
      Request_Source: stringAt(properties, 'Request_Source') ?? 'rest',
      RetentionInDays: days ?? 90,
      ...(days === undefined ? {} : { Retention: `P${days}D` }),
      ...given('WorkspaceResourceId', stringAt(properties, 'WorkspaceResourceId')),
    },
  });
  return { status: 200, body: componentBody(world, component), work: 'componentPut' };
}

function find(call: ArmCall): Component {
  const component = call.world.components.get(idOf(call));
  if (component === undefined) throw notFound(call);
  return component;
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const component = { ...find(call), ...given('tags', tagsOf(call.body)), etag: world.documentEtag() };
  world.components.put(component);
  return { status: 200, body: componentBody(world, component) };
}

/** "It's not possible to delete resources connected to an AMPLS" (Configure private link); the wording is ours. */
function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const component = world.components.get(idOf(call));
  if (component === undefined) return { status: 204 };
  if (linksTo(world, component.id).length > 0) {
    throw conflict(
      'Conflict',
      `Component '${component.name}' cannot be deleted because it is linked to a private link scope.`,
    );
  }
  world.components.delete(component.id);
  return { status: 200 };
}

export const components: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'components',
  apiVersions: componentVersions,
  item: {
    GET: call => ({ status: 200, body: componentBody(call.world, find(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call =>
    insightsList(inCallScope(call, call.world.components.all()).map(each => componentBody(call.world, each))),
  state: world => world.components.all().map(each => componentBody(world, each)),
};
