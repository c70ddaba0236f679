/**
 * One call to Azure Resource Manager, from request to answer: who asks, whether too often, which type, whether allowed,
 * what stands in the way, then the type's handler, then the headers that every answer has. The order of the checks is
 * ARM's. Knows types only through the registry that it is given.
 */
import type { AccessTokens } from '../entra/access-tokens.ts';
import type { Caller } from '../entra/principals.ts';
import type { CallFacts } from '../journal.ts';
import type { Work } from '../latency.ts';
import type { World } from '../world.ts';
import { answerHeaders } from './answer-headers.ts';
import { authenticate, checkTenant } from './authentication.ts';
import { actionOf, authorize, scopeOf } from './authorization.ts';
import { bodyOf } from './body.ts';
import * as errors from './errors.ts';
import { checkGuards } from './guards.ts';
import { finishList } from './lists.ts';
import { isMetadataPath, metadataEndpoints, metadataVersions } from './metadata-endpoints.ts';
import { type ArmPath, parseArmPath } from './path.ts';
import { checkPreconditions, etagOf } from './preconditions.ts';
import { type LimitedCall, type RateLimits, rateLimits, type ThrottlingOptions } from './rate-limits.ts';
import type { ArmCall, ArmReply, ResourceType, Verb } from './resource-type.ts';
import { checkApiVersion, pathOf, type Route, route, verbOf } from './routing.ts';
import { throttled } from './throttled.ts';

export interface ArmRequest {
  readonly method: string;
  /** Absolute, with the query. */
  readonly url: URL;
  readonly headers: Headers;
  readonly text: string;
}

export interface ArmAnswer {
  readonly response: Response;
  readonly work: Work;
}

export interface ArmFrameOptions {
  readonly world: World;
  readonly tokens: AccessTokens;
  readonly types: readonly ResourceType[];
  /** Default: nothing is throttled. */
  readonly throttling?: ThrottlingOptions;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function checkSubscription(world: World, id: string): void {
  if (!guid.test(id)) throw errors.invalidSubscriptionId(id);
  if (id.toLowerCase() !== world.subscriptionId.toLowerCase()) throw errors.subscriptionNotFound(id);
}

/** The group's name as it was made. A group is made by a PUT on its own path. */
function findGroup(world: World, { path, type }: Route, verb: Verb): string {
  if (path.resourceGroup === undefined) return '';
  const id = `/subscriptions/${world.subscriptionId}/resourceGroups/${path.resourceGroup}`;
  const group = world.resourceGroups.get(id);
  if (group !== undefined) return group.name;
  const itself = type.namespace === 'Microsoft.Resources' && type.name === 'resourceGroups';
  if (itself && (verb === 'PUT' || verb === 'DELETE')) return path.resourceGroup;
  throw errors.resourceGroupNotFound(path.resourceGroup);
}

/** Namespace and types of a path for what is counted; empty for a path that is none. */
function countedPath(url: URL): { readonly subscriptionId: string; readonly type: string } {
  let path: ArmPath | undefined;
  try {
    path = parseArmPath(url.pathname);
  } catch {
    // What cannot be read is counted as a call to the tenant; what is wrong with it is said later.
    path = undefined;
  }
  if (path === undefined) return { subscriptionId: '', type: '' };
  return { subscriptionId: path.subscriptionId, type: [path.namespace, ...path.types].join('/').toLowerCase() };
}

function charge(limits: RateLimits, request: ArmRequest, verb: Verb, caller: Caller): Readonly<Record<string, string>> {
  const call: LimitedCall = { clientId: caller.clientId, verb, ...countedPath(request.url) };
  const { headers, refusal } = limits.take(call);
  if (refusal !== undefined) throw throttled({ headers, refusal }, call, request.url.pathname);
  return headers;
}

const failed = (error: errors.ArmError): ArmReply => ({
  status: error.status,
  ...(error.body === undefined ? {} : { body: { error: error.body } }),
  headers: error.headers,
  work: 'refuse',
});

function metadata(world: World, url: URL): ArmReply {
  const asked = url.searchParams.get('api-version') ?? '';
  const body = metadataEndpoints(world.endpoint, asked);
  if (body !== undefined) return { status: 200, body };
  if (asked === '') return failed(errors.missingApiVersion());
  const supported = metadataVersions.toReversed().join(',');
  const message = `The api-version '${asked}' is invalid. The supported versions are '${supported}'.`;
  return failed(errors.gatewayError(400, 'InvalidApiVersionParameter', message));
}

/** Everything that comes before the handler, and the handler. */
function handle(world: World, types: readonly ResourceType[], request: ArmRequest, caller: Caller): ArmReply {
  const { url, headers } = request;
  const verb = verbOf(request.method);
  const path = pathOf(url);
  if (verb === undefined)
    throw errors.gatewayError(405, 'HttpMethodNotSupported', `The HTTP method '${request.method}' is not supported.`);
  if (path.subscriptionId !== '') {
    checkSubscription(world, path.subscriptionId);
    checkTenant(world, caller);
  }
  const found = route(path, url, verb, types);
  const { type, handler, isList, apiVersion } = found;
  authorize(world, caller, { path, type, verb, isList });
  const body = bodyOf(verb, request.text, headers.get('content-type'));
  checkApiVersion(type, url.searchParams.get('api-version') ?? '', body.location);
  const group = findGroup(world, found, verb);
  checkGuards(world, { caller, path, type, verb, body });
  const scopeId = `/subscriptions/${world.subscriptionId}${group === '' ? '' : `/resourceGroups/${group}`}`;
  const query = url.searchParams;
  const call: ArmCall = {
    world,
    verb,
    path,
    scopeId,
    group,
    apiVersion,
    body,
    query,
    principal: caller.clientId,
    caller,
  };
  const scope = scopeOf(path);
  checkPreconditions(headers, { namespace: path.namespace, verb, scope }, () => currentEtag(type, call));
  const reply = handler(call);
  if (!isList) return reply;
  return finishList(world, reply, {
    caller,
    action: actionOf(type, 'GET', path),
    scope,
    url,
    paged: type.unpaged !== true,
  });
}

/** The etag of what the call names, as its type's GET would give it. */
function currentEtag(type: ResourceType, call: ArmCall): string | undefined {
  const get = type.item?.GET;
  if (get === undefined) return undefined;
  try {
    return etagOf(get({ ...call, verb: 'GET', body: {} }));
  } catch (error) {
    if (error instanceof errors.ArmError) return undefined;
    throw error;
  }
}

/** HEAD says only whether there is something: 204 or the status of the refusal, without a body. */
function withoutBody({ status, headers }: ArmReply): ArmReply {
  return { status: status === 200 ? 204 : status, ...(headers === undefined ? {} : { headers }) };
}

/** Answers ARM calls of one world. `facts` receives what the journal wants to know of the call. */
export function armFrame(options: ArmFrameOptions) {
  const { world, tokens, types } = options;
  const limits = rateLimits(world.clock, options.throttling ?? { kind: 'none' });

  const answer = async (request: ArmRequest, facts: CallFacts): Promise<ArmReply> => {
    let remaining: Readonly<Record<string, string>> = {};
    try {
      if (request.method === 'GET' && isMetadataPath(request.url.pathname)) return metadata(world, request.url);
      const caller = await authenticate(world, request.headers.get('authorization') ?? undefined, tokens);
      facts.principal = caller.clientId;
      remaining = charge(limits, request, verbOf(request.method) ?? 'GET', caller);
      const reply = handle(world, types, request, caller);
      return { ...reply, headers: { ...reply.headers, ...remaining } };
    } catch (error) {
      if (!(error instanceof errors.ArmError)) throw error;
      const reply = failed(error);
      return { ...reply, headers: { ...remaining, ...reply.headers } };
    } finally {
      world.settleDue();
    }
  };

  return async (request: ArmRequest, facts: CallFacts): Promise<ArmAnswer> => {
    const correlationId = request.headers.get('x-ms-correlation-request-id') ?? undefined;
    const always = answerHeaders(world.clock.now(), request.headers, correlationId);
    facts.correlationId = always['x-ms-correlation-request-id'] ?? '';
    facts.apiVersion = request.url.searchParams.get('api-version') ?? '';
    const given = await answer(request, facts);
    const reply = request.method === 'HEAD' ? withoutBody(given) : given;
    const headers = {
      ...always,
      ...(reply.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...reply.headers,
    };
    const body = reply.body === undefined ? null : JSON.stringify(reply.body);
    return { response: new Response(body, { status: reply.status, headers }), work: given.work ?? 'read' };
  };
}
