/**
 * One call to Azure Resource Manager, from request to answer: who asks, which type, which api-version, which group, then
 * the type's handler, then the headers that every answer has. The order of the checks is ARM's. Knows types only through
 * the registry that it is given.
 */
import { randomUUID } from 'node:crypto';
import type { AccessTokens } from '../entra/access-tokens.ts';
import type { CallFacts } from '../journal.ts';
import type { Work } from '../latency.ts';
import type { World } from '../world.ts';
import { authenticate } from './authorization.ts';
import { parseBody } from './body.ts';
import * as errors from './errors.ts';
import { type ArmPath, parseArmPath } from './path.ts';
import { rateLimits } from './rate-limits.ts';
import type { ArmCall, ArmReply, Handler, Json, ResourceType, Verb } from './resource-type.ts';

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

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const verbs = new Set<string>(['GET', 'PUT', 'PATCH', 'DELETE', 'POST'] satisfies Verb[]);
const isVerb = (method: string): method is Verb => verbs.has(method);

function findType(path: ArmPath, types: readonly ResourceType[]): ResourceType {
  const namespace = path.namespace.toLowerCase();
  const known = types.filter(type => type.namespace.toLowerCase() === namespace);
  if (known.length === 0) {
    throw errors.gatewayError(
      404,
      'InvalidResourceNamespace',
      `The resource namespace '${path.namespace}' is invalid.`,
    );
  }
  const name = path.types.join('/').toLowerCase();
  const type = known.find(candidate => candidate.name.toLowerCase() === name);
  if (type === undefined) {
    throw errors.gatewayError(
      404,
      'InvalidResourceType',
      `The resource type '${path.types.join('/')}' could not be found in the namespace '${path.namespace}'.`,
    );
  }
  return type;
}

function checkApiVersion(type: ResourceType, apiVersion: string, location: unknown): void {
  if (type.apiVersions.some(version => version === apiVersion.toLowerCase())) return;
  const supported = type.apiVersions.toReversed().join(', ');
  if (typeof location === 'string') {
    throw errors.gatewayError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '${location}' and API version '${apiVersion}' for type '${type.name}'. The supported api-versions are '${supported}'.`,
    );
  }
  throw errors.gatewayError(
    400,
    'InvalidResourceType',
    `The resource type '${type.name}' could not be found in the namespace '${type.namespace}' for api version '${apiVersion}'. The supported api-versions are '${supported}'.`,
  );
}

function handlerOf(type: ResourceType, path: ArmPath, verb: Verb): Handler {
  const isItem = path.names.length === path.types.length;
  const level = type.level ?? 'group';
  const here = path.resourceGroup === undefined ? 'subscription' : 'group';
  const reachable = !isItem || level === 'both' || level === here || type.namespace === 'Microsoft.Resources';
  const handler = isItem ? type.item?.[verb] : verb === 'GET' ? type.list : undefined;
  if (handler !== undefined && reachable) return handler;
  throw errors.gatewayError(
    405,
    'HttpMethodNotSupported',
    `The HTTP method '${verb}' is not supported for the resource type '${type.namespace}/${type.name}' at this path.`,
  );
}

function findGroup(world: World, path: ArmPath): string {
  if (path.resourceGroup === undefined) return '';
  const id = `/subscriptions/${world.subscriptionId}/resourceGroups/${path.resourceGroup}`;
  const group = world.resourceGroups.get(id);
  if (group === undefined) throw errors.resourceGroupNotFound(path.resourceGroup);
  return group.name;
}

function route(
  world: World,
  types: readonly ResourceType[],
  request: ArmRequest,
): Omit<ArmCall, 'principal'> & { readonly handler: Handler } {
  const { searchParams: query, pathname } = request.url;
  const verb = request.method;
  const apiVersion = query.get('api-version') ?? '';
  if (apiVersion === '') throw errors.missingApiVersion();
  const path = parseArmPath(pathname);
  if (path === undefined || !isVerb(verb)) {
    throw errors.gatewayError(404, 'InvalidRequestUri', `There is nothing at '${pathname}'.`);
  }
  if (!guid.test(path.subscriptionId)) throw errors.invalidSubscriptionId(path.subscriptionId);
  if (path.subscriptionId.toLowerCase() !== world.subscriptionId.toLowerCase()) {
    throw errors.subscriptionNotFound(path.subscriptionId);
  }
  const type = findType(path, types);
  const body: Json = verb === 'PUT' || verb === 'PATCH' ? parseBody(request.text) : {};
  checkApiVersion(type, apiVersion, body.location);
  const group = findGroup(world, path);
  const handler = handlerOf(type, path, verb);
  const scopeId = `/subscriptions/${world.subscriptionId}${group === '' ? '' : `/resourceGroups/${group}`}`;
  return { world, verb, path, scopeId, group, apiVersion: apiVersion.toLowerCase(), body, query, handler };
}

const failed = (error: errors.ArmError): ArmReply => ({
  status: error.status,
  ...(error.body === undefined ? {} : { body: { error: error.body } }),
  headers: error.headers,
  work: 'refuse',
});

/** Answers ARM calls of one world. `facts` receives what the journal wants to know of the call. */
export function armFrame(world: World, tokens: AccessTokens, types: readonly ResourceType[]) {
  const limits = rateLimits(world.clock);

  const answer = async (request: ArmRequest, facts: CallFacts): Promise<ArmReply> => {
    try {
      const principal = await authenticate(request.headers.get('authorization') ?? undefined, tokens);
      facts.principal = principal;
      const { handler, ...call } = route(world, types, request);
      return handler({ ...call, principal });
    } catch (error) {
      if (error instanceof errors.ArmError) return failed(error);
      throw error;
    } finally {
      world.settleDue();
    }
  };

  /** A provider that counts its own requests shows that instead of the subscription's figures. */
  const remaining = (request: ArmRequest, reply: ArmReply, principal: string | undefined): Record<string, string> => {
    const ownCount = reply.headers?.['x-ms-ratelimit-remaining-subscription-resource-requests'] !== undefined;
    if (principal === undefined || ownCount || !isVerb(request.method)) return {};
    return limits.take(principal, request.method);
  };

  return async (request: ArmRequest, facts: CallFacts): Promise<ArmAnswer> => {
    const correlationId = request.headers.get('x-ms-correlation-request-id') ?? randomUUID();
    facts.correlationId = correlationId;
    facts.apiVersion = request.url.searchParams.get('api-version') ?? '';
    const reply = await answer(request, facts);
    const headers = {
      ...answerHeaders(request, correlationId),
      ...remaining(request, reply, facts.principal),
      ...(reply.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...reply.headers,
    };
    const body = reply.body === undefined ? null : JSON.stringify(reply.body);
    return { response: new Response(body, { status: reply.status, headers }), work: reply.work ?? 'read' };
  };
}

function answerHeaders(request: ArmRequest, correlationId: string): Record<string, string> {
  const requestId = randomUUID();
  const clientRequestId = request.headers.get('x-ms-client-request-id');
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `SIMULATOR:${requestId}`,
    'x-content-type-options': 'nosniff',
    ...(clientRequestId === null ? {} : { 'x-ms-client-request-id': clientRequestId }),
  };
}
