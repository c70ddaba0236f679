/**
 * Data collection in the model of Azure: endpoints and rules are there at once, and what Azure refuses of them. Beside
 * test/model/azure-state.ts; a rule of this world that is broken is told to `violate`.
 */
import type { DataCollectionEndpoint, DataCollectionRule } from '../../src/domain/collection-resources.ts';
import { PortError, stalled, waiting } from '../../src/domain/failures.ts';
import { sameId } from '../../src/domain/names.ts';
import type { CollectionKind, Resource, Want } from '../../src/domain/resources.ts';
import { streamsOf, VM_INSIGHTS } from '../../src/domain/rule-streams.ts';

export const COLLECTION_MS = { dataCollectionEndpoint: [0, 0], dataCollectionRule: [0, 0] } as const;

type CollectionWant = Extract<Want, { kind: CollectionKind }>;
type Violate = (text: string) => void;

export const isCollectionWant = (want: Want): want is CollectionWant =>
  want.kind === 'dataCollectionEndpoint' || want.kind === 'dataCollectionRule';

/** The host under which agents get their configuration; Azure chooses the four digits. */
export const configurationHostOf = (name: string, location: string): string =>
  `${name}-ab12.${location}-1.handler.control.monitor.azure.com`;

/** Right after the PUT. */
export function collectionBodyOf(want: CollectionWant): DataCollectionEndpoint | DataCollectionRule {
  const { id, name, tags } = want;
  const common = { id, name, tags, provisioningState: 'Succeeded' };
  if (want.kind === 'dataCollectionEndpoint') {
    const { kind, location } = want;
    const configurationHost = configurationHostOf(name, location);
    return { ...common, kind, location, access: { ingestion: 'Enabled' }, configurationHost };
  }
  const { kind, system, workspaceId, performance, syslog, vmInsights, place } = want;
  return {
    ...common,
    kind,
    system,
    workspaceId: workspaceId.toLowerCase(),
    location: place?.location ?? '',
    ...(place === undefined ? {} : { endpointId: place.endpointId.toLowerCase() }),
    ...(performance === undefined ? {} : { performance }),
    ...(syslog === undefined ? {} : { syslog }),
    ...(vmInsights ? { vmInsights: VM_INSIGHTS } : {}),
    streams: streamsOf(want),
  };
}

const refuse = (failure: ConstructorParameters<typeof PortError>[0]): PortError => new PortError(failure);

/** A rule needs its workspace and an endpoint in its own region. */
export function checkCollectionPut(want: CollectionWant, bodies: readonly Resource[], violate: Violate): void {
  if (want.kind !== 'dataCollectionRule') return;
  const { place, workspaceId } = want;
  const find = (id: string) => bodies.find(body => sameId(body.id, id));
  const endpoint = place && find(place.endpointId);
  const workspace = find(workspaceId);
  if (endpoint?.kind !== 'dataCollectionEndpoint' || workspace?.kind !== 'workspace') {
    violate(`rule ${want.name} put before its endpoint and workspace`);
    throw refuse(stalled('InvalidRequest', 'Data collection rule is invalid'));
  }
  if (endpoint.location === place?.location && workspace.location === place.location) return;
  violate(`rule ${want.name} put in ${place?.location}, and its endpoint is in ${endpoint.location}`);
}

/** What is linked or used stays. */
export function checkCollectionRemoval(body: Resource, bodies: readonly Resource[], violate: Violate): void {
  if (body.kind !== 'dataCollectionEndpoint') return;
  const user = bodies.find(
    one =>
      (one.kind === 'scopedResource' && sameId(one.targetId, body.id)) ||
      (one.kind === 'dataCollectionRule' && sameId(one.endpointId, body.id)),
  );
  if (user === undefined) return;
  violate(`${body.name} deleted while ${user.name} needs it`);
  throw refuse(waiting('StillInUse', `${body.name} cannot be deleted because ${user.name} needs it`, 10_000));
}
