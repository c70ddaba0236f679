/**
 * What a resource type is to the frame: where it lives in ARM's paths, which api-versions it answers, and a handler per
 * verb. Each file of types/ exports one `ResourceType`; types/registry.ts lists them. Handlers are synchronous: a call
 * is one step of the world, and its answer shows the world as that step left it.
 */
import type { Caller } from '../entra/principals.ts';
import type { Work } from '../latency.ts';
import type { World } from '../world.ts';
import type { ArmPath } from './path.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Verb = 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';

export interface ArmCall {
  readonly world: World;
  readonly verb: Verb;
  readonly path: ArmPath;
  /** `/subscriptions/{id}`, or `/subscriptions/{id}/resourceGroups/{name as it was made}`. */
  readonly scopeId: string;
  /** The resource group as it was made; empty at subscription level. */
  readonly group: string;
  readonly apiVersion: string;
  /** The JSON object sent with PUT, PATCH or POST; empty otherwise. */
  readonly body: Json;
  readonly query: URLSearchParams;
  /** Client id of the caller. */
  readonly principal: string;
  readonly caller: Caller;
}

export interface ArmReply {
  readonly status: number;
  /** Absent: an empty answer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the caller waits for; default `read`. */
  readonly work?: Work;
}

export type Handler = (call: ArmCall) => ArmReply;

export interface ResourceType {
  /** Canonical letter case, e.g. `Microsoft.Insights`. */
  readonly namespace: string;
  /** Canonical letter case, e.g. `privateLinkScopes/scopedResources`. */
  readonly name: string;
  /** Those that it answers, oldest first; the last one is used where nobody asked (the admin state). */
  readonly apiVersions: readonly string[];
  readonly item?: Partial<Readonly<Record<Verb, Handler>>>;
  readonly list?: Handler;
  /** POST on a path that ends in the type's name, as in `workspaces/{name}/sharedKeys`; the body is any object, or none. */
  readonly action?: Handler;
  /**
   * Whether single resources are found in a group (default), at the subscription, both, at the tenant, below another
   * resource of whatever type (`call.path.extendedId`), or at any of these.
   */
  readonly level?: 'group' | 'subscription' | 'both' | 'tenant' | 'extension' | 'any';
  /** Whether its list comes as a whole however long it is; default: in pages when the seed wants pages. */
  readonly unpaged?: true;
  /** What a verb is called in role definitions, when that is not `namespace/name/read` and so on. */
  readonly operation?: (verb: Verb, path: ArmPath) => string;
  /** Every resource of the type, as it looks in a GET. */
  readonly state?: (world: World, apiVersion: string) => readonly Json[];
}

/** The name that the path gives at the depth of a type: 0 the outermost. Empty for what the path does not name. */
export const nameAt = (call: ArmCall, depth: number): string => call.path.names[depth] ?? '';

/** Whether an api-version is at least as new as another (`-preview` ignored). */
export const atLeast = (apiVersion: string, since: string): boolean => apiVersion.slice(0, 10) >= since;
