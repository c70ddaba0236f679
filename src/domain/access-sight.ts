/**
 * Where a pass has seen what has public access. Pure; isolation.ts and stranding.ts use it.
 */
import type { Accessible, AccessWant } from './access.ts';
import { ABSENT, type Observed, type Sight } from './observed.ts';

/** How one resource that has such switches was seen; absent when nobody has looked. */
export function sightOf({ kind, key }: Pick<AccessWant, 'kind' | 'key'>, seen: Observed): Sight<Accessible> {
  if (kind === 'privateLinkScope') return seen.scope;
  const sight = seen.workspaces.get(key) ?? seen.components.get(key) ?? seen.collection?.endpoints.get(key);
  return sight ?? { reading: ABSENT };
}
