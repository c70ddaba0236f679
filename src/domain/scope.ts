/**
 * The private link scope: in the asked shape or adopted, and who else is connected to it. Pure.
 */
import { adopt } from './adopt.ts';
import { converge } from './converge.ts';
import type { Desired } from './desire.ts';
import { idKey, sameId, shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { isAdopted, type ScopeConnection } from './resources.ts';
import type { Verdict } from './steps.ts';

/** ScopeReady. A connection of somebody else's does no harm by itself, and is shown. */
export function convergeScope(want: Desired, seen: Observed): Verdict {
  const { scope, owner } = want;
  const verdict = isAdopted(scope) ? adopt(scope, seen.scope, seen) : converge(scope, seen.scope, { ...seen, owner });
  const foreign = foreignConnections(want, seen);
  if (foreign.length === 0) return verdict;
  const told = foreign.map(({ endpointId, status = 'unknown' }) => `${shortName(endpointId)} (${status})`);
  return { ...verdict, message: `${verdict.message}; also connected, by none of our objects: ${told.join(', ')}` };
}

/** Private endpoints at our scope that no object of this operator has. */
function foreignConnections(want: Desired, { scope, neighbours }: Observed): readonly ScopeConnection[] {
  const connections = bodyOf(scope.reading)?.connections ?? [];
  return connections.filter(
    ({ endpointId }) =>
      !sameId(endpointId, want.endpoint.id) && !neighbours.some(({ uses }) => uses.has(idKey(endpointId))),
  );
}
