/**
 * A resource's own view of the private link scopes that link it. Workspaces and components write the same thing in two
 * letter cases. src/azure only. Source: REST references "Workspaces - Get", "Components - Get".
 */
import type { LinkView } from '../domain/resources.ts';
import { list, optional, text } from './wire.ts';

/** Absent when Azure tells none; `scopeId` is the scope's GUID, `resourceId` the ARM id of the link. */
export function readLinkView(value: unknown): readonly LinkView[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return list(value).flatMap(({ resourceId, scopeId, ResourceId, ScopeId }) => {
    const linkId = text(resourceId) ?? text(ResourceId);
    return linkId === undefined ? [] : [{ linkId, ...optional('scopeGuid', text(scopeId) ?? text(ScopeId)) }];
  });
}
