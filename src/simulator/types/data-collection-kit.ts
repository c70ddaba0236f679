/**
 * What data collection endpoints and rules have in common: kinds and the form of their lists.
 */
import { stringAt } from '../frame/body.ts';
import { badRequest } from '../frame/errors.ts';
import type { ArmCall, ArmReply, Json } from '../frame/resource-type.ts';
import { inCallScope, insightsList, listReply } from './call-kit.ts';

/** The `kind` asked for; undefined (for both systems) when none is. Throws ArmError 400 for an unknown one. */
export function checkKind(body: Json): string | undefined {
  const kind = stringAt(body, 'kind');
  const kinds = [
    'Linux',
    'Windows',
    'Direct',
    'AgentDirectToStore',
    'WorkspaceTransforms',
    'PlatformTelemetry',
    'AgentSettings',
  ];
  if (kind === undefined || kinds.some(each => each.toLowerCase() === kind.toLowerCase())) return kind;
  throw badRequest('InvalidPayload', `The kind '${kind}' is not valid: it must be one of ${kinds.join(', ')}.`);
}

/**
 * Recorded in 2023: a group's list ends in `nextLink: null`; the resource manager itself answers for an empty group and
 * for the subscription (merged from regions), without that field.
 */
export function collectionList<T extends { readonly group: string }>(
  call: ArmCall,
  all: readonly T[],
  bodyOf: (each: T) => Json,
): ArmReply {
  const found = inCallScope(call, all).map(bodyOf);
  return call.group === '' || found.length === 0 ? listReply(found) : insightsList(found);
}
