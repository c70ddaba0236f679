/**
 * What the frame makes of a list that a type has given: what the caller may not see is taken out, and the rest comes in
 * pages with a `nextLink` to the same host, when pages are wanted.
 */
import type { Caller } from '../entra/principals.ts';
import type { World } from '../world.ts';
import { gatewayError } from './errors.ts';
import { isAllowed } from './permissions.ts';
import type { ArmReply, Json } from './resource-type.ts';

export interface ListCall {
  readonly caller: Caller;
  /** The action that reading one of its resources is. */
  readonly action: string;
  /** ARM id of what the collection lies in; empty at the tenant's level, where types show each caller its own. */
  readonly scope: string;
  readonly url: URL;
  /** Whether the provider gives pages of this list at all. */
  readonly paged: boolean;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = (item: unknown): string => (isJson(item) && typeof item.id === 'string' ? item.id : '');

function visible(world: World, call: ListCall, items: readonly unknown[]): readonly unknown[] {
  const { caller, action, scope } = call;
  if (scope === '' || isAllowed(world, caller, action, scope)) return items;
  return items.filter(item => isAllowed(world, caller, action, idOf(item)));
}

const invalidSkipToken = () =>
  gatewayError(400, 'InvalidSkipToken', 'The provided skip token in the request is invalid or has expired.');

/** Where a page begins: after the resource that ended the one before, or at its place when it has gone meanwhile. */
interface Mark {
  readonly after: string;
  readonly at: number;
}

const encode = (mark: Mark): string => Buffer.from(JSON.stringify(mark)).toString('base64url');

function decode(token: string): Mark {
  let mark: unknown;
  try {
    mark = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (cause) {
    const error = invalidSkipToken();
    error.cause = cause;
    throw error;
  }
  if (!isJson(mark) || typeof mark.after !== 'string' || typeof mark.at !== 'number' || !(mark.at >= 0))
    throw invalidSkipToken();
  return { after: mark.after, at: mark.at };
}

/** Query parameters are found in any letter case, as clients write `$skiptoken` and `$skipToken`. */
function parameter(url: URL, name: string): string | undefined {
  return [...url.searchParams].find(([key]) => key.toLowerCase() === name)?.[1];
}

function topOf(url: URL): number | undefined {
  const asked = parameter(url, '$top');
  if (asked === undefined) return undefined;
  const top = Number(asked);
  if (Number.isInteger(top) && top > 0) return top;
  throw gatewayError(
    400,
    'InvalidQueryParameterValue',
    `The value '${asked}' of the query parameter '$top' is invalid.`,
  );
}

function startOf(items: readonly unknown[], url: URL): number {
  const token = parameter(url, '$skiptoken');
  if (token === undefined) return 0;
  const { after, at } = decode(token);
  const found = items.findIndex(item => after !== '' && idOf(item).toLowerCase() === after);
  return found === -1 ? Math.min(at, items.length) : found + 1;
}

function nextLink(world: World, url: URL, mark: Mark): string {
  const query = new URLSearchParams([...url.searchParams].filter(([key]) => key.toLowerCase() !== '$skiptoken'));
  query.set('$skiptoken', encode(mark));
  return `${world.endpoint}${url.pathname}?${query}`;
}

/** The list as this caller sees it, and the page of it that was asked for. Anything that is no list stays as it is. */
export function finishList(world: World, reply: ArmReply, call: ListCall): ArmReply {
  const { body } = reply;
  if (!isJson(body) || !Array.isArray(body.value)) return reply;
  const items = visible(world, call, body.value);
  const top = topOf(call.url);
  const size = call.paged ? (top ?? world.pageSize) : undefined;
  if (size === undefined) return items === body.value ? reply : { ...reply, body: { ...body, value: items } };
  const start = startOf(items, call.url);
  const end = start + size;
  const value = items.slice(start, end);
  if (end >= items.length) return { ...reply, body: { ...body, value } };
  const mark = { after: idOf(value.at(-1)).toLowerCase(), at: end };
  return { ...reply, body: { ...body, value, nextLink: nextLink(world, call.url, mark) } };
}
