/**
 * What an address of the Resource Manager asks for: a resource, a list or an action of which type. Written anew for the
 * checks: neither the simulator's reading of paths nor the operator's is trusted here.
 */

export interface ArmAddress {
  /** As written in descriptions where it is known there, e.g. `Microsoft.Network/privateEndpoints`; else as asked. */
  readonly type: string;
  /** Whether the path ends in a name (one resource) or in a type (a list or an action). */
  readonly shape: 'item' | 'collection';
  readonly apiVersion: string;
}

const pairs = (segments: readonly string[]): ArmAddress['shape'] => (segments.length % 2 === 0 ? 'item' : 'collection');

function below(segments: readonly string[]): Pick<ArmAddress, 'type' | 'shape'> | undefined {
  const at = segments.findLastIndex(segment => segment.toLowerCase() === 'providers');
  const [namespace, ...rest] = at < 0 ? [] : segments.slice(at + 1);
  if (namespace === undefined || rest.length === 0) return undefined;
  // `providers/{namespace}/register` is a call to the provider itself, no type of it.
  const [action = ''] = rest;
  if (/^(un)?register$/i.test(action)) return { type: `Microsoft.Resources/providers/${action}`, shape: 'collection' };
  const types = rest.filter((_segment, index) => index % 2 === 0);
  return { type: [namespace, ...types].join('/'), shape: pairs(rest) };
}

/** What is the resource manager's own: subscriptions, groups, and what hangs on them without a provider. */
function own(segments: readonly string[]): Pick<ArmAddress, 'type' | 'shape'> {
  const [first, , third, , fifth] = segments.map(segment => segment.toLowerCase());
  const last = fifth ?? third ?? first ?? '';
  const names: Readonly<Record<string, string>> = {
    resourcegroups: 'resourceGroups',
    operationresults: 'operationResults',
  };
  return { type: `Microsoft.Resources/${names[last] ?? last}`, shape: pairs(segments) };
}

/** The address of a call; letter case of the type as asked. */
export function armAddress(url: string): ArmAddress {
  const { pathname, searchParams } = new URL(url);
  const segments = pathname.split('/').filter(segment => segment !== '');
  return { ...(below(segments) ?? own(segments)), apiVersion: searchParams.get('api-version') ?? '' };
}
