/**
 * The connection between the private endpoint and its scope: approved, or what its owner has to do, as a command. Pure.
 */
import type { Desired } from './desire.ts';
import { sameId } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { Reason } from './reasons.ts';
import { isAdopted, type PrivateEndpoint, type ScopeConnection } from './resources.ts';
import { type Verdict, waits } from './steps.ts';

/** How often a connection is looked at until its owner has decided, in milliseconds. */
export const APPROVAL_POLL_MS = 30_000;

/** `undefined` when the connection is approved. */
export function judgeConnection(want: Desired, seen: Observed, endpoint: PrivateEndpoint): Verdict | undefined {
  const { connectionStatus: status, connectionDescription: description } = endpoint;
  if (status === 'Approved') return undefined;
  const connection = connectionAt(seen, endpoint);
  const said = description ? ` ("${description}")` : '';
  const of = `the connection of ${endpoint.name} to ${want.scope.name}`;
  if (status === 'Pending') {
    const text = `${of} waits for approval by the scope's owner${said}: ${approveCommand(want, connection)}`;
    return waits('ConnectionPending', text, APPROVAL_POLL_MS);
  }
  if (status === 'Rejected') {
    const cure = `ask for approval (${approveCommand(want, connection)}), or ${remake(want, endpoint)}`;
    return stalled('ConnectionRejected', `${of} was rejected by the scope's owner${said}: ${cure}`);
  }
  if (seen.scope.reading.is === 'present' && connection === undefined) {
    return stalled('ConnectionRemoved', `${of} was removed on the scope's side${said}: ${remake(want, endpoint)}`);
  }
  return stalled('ConnectionDisconnected', `${of} is ${status ?? 'gone'}${said}: ${remake(want, endpoint)}`);
}

const stalled = (reason: Reason, message: string): Verdict => ({ state: 'Stalled', reason, message, actions: [] });

/** The same connection as its scope shows it. */
const connectionAt = ({ scope }: Observed, { id }: PrivateEndpoint): ScopeConnection | undefined =>
  bodyOf(scope.reading)?.connections.find(connection => sameId(connection.endpointId, id));

/** For the scope's owner; without the connection's own id, how to find it. */
function approveCommand({ scope }: Desired, connection: ScopeConnection | undefined): string {
  const approve = 'az network private-endpoint-connection approve --id';
  if (connection !== undefined) return `${approve} ${connection.id}`;
  return `${approve} <id>, with the id from az network private-endpoint-connection list --id ${scope.id}`;
}

const remake = ({ endpoint }: Desired, { id }: PrivateEndpoint): string =>
  isAdopted(endpoint)
    ? `its owner has to make the private endpoint again (${id})`
    : `delete the private endpoint, which is then made again (az network private-endpoint delete --ids ${id})`;
