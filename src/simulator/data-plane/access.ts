/**
 * Who may reach which workspace or data collection endpoint, by the way the call came and the isolation settings:
 *
 *   way                     linked to the endpoint's scope     not linked, scope Open      not linked, PrivateOnly
 *   private endpoint        yes, whatever its public access    as its public access says   no
 *   public side             as its public access says          (the same)                  (the same)
 *
 * Access modes are the scope's, or those of the exclusion for this endpoint's connection. Ingestion into a workspace has
 * names of its own and keeps to no access mode (Azure Monitor private link design page). The inner codes: refused on the
 * public side is NspValidationFailedError, refused behind an endpoint PrivateLinkValidationFailedError (public reports).
 */
import { linksOf } from '../network/members.ts';
import { sameId } from '../resource-map.ts';
import type { AccessMode, PrivateEndpoint, PublicAccess } from '../resources.ts';
import type { World } from '../world.ts';
import { type Arrival, openEndpoint } from './arrivals.ts';

export type Access = 'granted' | 'public access denied' | 'private link denied';

export interface AccessQuestion {
  /** ARM id of a workspace or a data collection endpoint. */
  readonly resourceId: string;
  readonly publicAccess: PublicAccess;
  readonly use: 'query' | 'ingestion';
  /** False: the names are the resource's own, so that no access mode counts. */
  readonly keepsAccessMode: boolean;
}

const isLinked = (world: World, scopeId: string, resourceId: string): boolean =>
  linksOf(world, scopeId).some(link => link.state === 'Succeeded' && sameId(link.linkedResourceId, resourceId));

function modeOf(world: World, endpoint: PrivateEndpoint, use: AccessQuestion['use']): AccessMode {
  const modes = world.scopes.get(endpoint.scopeId)?.accessModes;
  const [connection] = world.connections.where('endpoint', endpoint.id);
  const exclusion = modes?.exclusions?.find(
    each => connection !== undefined && sameId(each.privateEndpointConnectionName, connection.name),
  );
  if (exclusion !== undefined) return use === 'query' ? exclusion.queryAccessMode : exclusion.ingestionAccessMode;
  return (use === 'query' ? modes?.query : modes?.ingestion) ?? 'Open';
}

export function accessTo(world: World, arrival: Arrival, question: AccessQuestion): Access {
  const { resourceId, publicAccess, use, keepsAccessMode } = question;
  const isPublic = publicAccess === 'Enabled';
  if (arrival.kind === 'public') return isPublic ? 'granted' : 'public access denied';
  const endpoint = openEndpoint(world, arrival);
  if (endpoint === undefined) return 'private link denied';
  if (isLinked(world, endpoint.scopeId, resourceId)) return 'granted';
  const open = !keepsAccessMode || modeOf(world, endpoint, use) === 'Open';
  return open && isPublic ? 'granted' : 'private link denied';
}
