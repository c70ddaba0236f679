/**
 * ArcScopeReady: the private link scope of Azure Arc, its private endpoint, the machines in it, and its names in DNS. Pure.
 */
import { adopt } from './adopt.ts';
import { judgeArcMachines } from './arc-machines.ts';
import { type ArcRecords, settlesInMs } from './arc-records.ts';
import { APPROVAL_POLL_MS } from './connection.ts';
import { converge } from './converge.ts';
import type { Desired } from './desire.ts';
import type { ArcWant } from './desire-arc.ts';
import type { RecordsView } from './endpoint.ts';
import { sameId } from './names.ts';
import { ABSENT, bodyOf, type Observed, type Sight } from './observed.ts';
import type { ArcPrivateEndpoint } from './resources.ts';
import { isAdopted } from './resources.ts';
import { after, combine, ready, unreadable, type Verdict, waits } from './steps.ts';

const NOT_SEEN: Sight<never> = { reading: ABSENT };

const STILL_PUBLIC =
  'Microsoft Entra ID, Azure Resource Manager, the notification service and package downloads stay public: the machines need a way out, or a proxy, for them';

/** The step; `undefined` when the spec asks for no Arc scope. */
export function convergeArc(
  want: Desired,
  seen: Observed,
  gate: Readonly<Record<string, Verdict>>,
  view: RecordsView,
): Verdict | undefined {
  const arc = want.collection?.arc;
  if (arc === undefined) return undefined;
  const context = { ...seen, owner: want.owner };
  const [scopeSight, endpointSight] = [seen.arc?.scope ?? NOT_SEEN, seen.arc?.endpoint ?? NOT_SEEN];
  const scope = after(gate, () =>
    isAdopted(arc.scope) ? adopt(arc.scope, scopeSight, seen) : converge(arc.scope, scopeSight, context),
  );
  const endpoint = after({ ...gate, 'the Arc private link scope': scope }, () =>
    isAdopted(arc.endpoint) ? adopt(arc.endpoint, endpointSight, seen) : converge(arc.endpoint, endpointSight, context),
  );
  const body = bodyOf(endpointSight.reading);
  const built = [scope, endpoint].filter(({ state }) => state !== 'Ready');
  const machines = judgeArcMachines(arc, seen, view.arc?.isPublished ?? false);
  // What the machines lack can be done meanwhile.
  if (built.length > 0 || body === undefined) return combine([...built, ...told(machines)]);
  return combine([connection(arc, body) ?? names(want, seen, view.arc, machines)]);
}

const told = (machines: Verdict): readonly Verdict[] => (machines.state === 'Stalled' ? [machines] : []);

function connection({ scope, endpoint }: ArcWant, body: ArcPrivateEndpoint): Verdict | undefined {
  const { scopeId, connectionStatus: status } = body;
  if (scopeId !== undefined && !sameId(scopeId, scope.id)) {
    const message = `spec.dataCollection.arcPrivateLinkScope.privateEndpoint.resourceId: ${endpoint.name} connects to ${scopeId}, not to ${scope.id}: adopt that scope too, or another endpoint`;
    return { state: 'Stalled', reason: 'EndpointOfOtherScope', message, actions: [] };
  }
  if (status === 'Approved') return undefined;
  const of = `the connection of ${endpoint.name} to ${scope.name}`;
  const list = `az network private-endpoint-connection list --id ${scope.id}`;
  if (status === 'Pending') {
    const text = `${of} waits for approval by the scope's owner: az network private-endpoint-connection approve --id <id>, with the id from ${list}`;
    return waits('ConnectionPending', text, APPROVAL_POLL_MS);
  }
  const reason = status === 'Rejected' ? 'ConnectionRejected' : 'ConnectionDisconnected';
  const cure = `delete the private endpoint, so that it is made again, or have it approved (${list})`;
  return { state: 'Stalled', reason, message: `${of} is ${status ?? 'gone'}: ${cure}`, actions: [] };
}

function names(want: Desired, seen: Observed, records: ArcRecords | undefined, machines: Verdict): Verdict {
  const reading = seen.arc?.networkInterface ?? ABSENT;
  if (reading.is === 'unread') return unreadable(reading.failure);
  if (records === undefined || records.isUnknown) {
    return waits('MembersPending', 'the names of the Arc private link scope are not on its endpoint yet');
  }
  const [refused] = records.set.refused;
  if (refused !== undefined) {
    const message = `${records.set.refused.length} names of the Arc private link scope may not be published, so none is: ${refused.name}: ${refused.why}`;
    return { state: 'Stalled', reason: 'RecordsRefused', message, actions: [] };
  }
  if (machines.state !== 'Ready') return machines;
  if (records.isPublished) {
    return ready('AllReady', `${machines.message}; ${records.set.records.length} names are published; ${STILL_PUBLIC}`);
  }
  const left = settlesInMs(want, seen);
  if (left === 0) return waits('WaitingForStep', `${machines.message}: its names are published with RecordsPublished`);
  const text = `${machines.message}: its names are published fifteen minutes after that was first seen, since Azure takes so long to know it everywhere`;
  return waits('ArcJoinSettling', text, left);
}
