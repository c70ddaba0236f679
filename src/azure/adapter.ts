/**
 * What a resource type has to know for itself: how it reads from the wire and which SDK calls carry its verbs. The
 * rest (deadlines, absence, errors, first answers) is the same for all and lives in resources.ts. src/azure only.
 */
import type { AccessValues } from '../domain/access.ts';
import { PortError, stalled } from '../domain/failures.ts';
import { parseId } from '../domain/names.ts';
import type { ArmId, Change, Kind, MadeKind, ResourceOf, Tags, WantOf } from '../domain/resources.ts';
import type { Sdk } from './clients.ts';
import type { Answer } from './pipeline.ts';
import type { Json } from './wire.ts';

/** Where a resource is, in the words of the SDK's methods, and the clients of its subscription. */
export interface Site {
  readonly id: ArmId;
  readonly resourceGroup: string;
  /** Name of the outermost resource: the same as `name` where there is no parent. */
  readonly parent: string;
  readonly name: string;
  readonly sdk: Sdk;
}

/** An update that has to know what is there. */
export interface Update<K extends MadeKind> {
  readonly want: WantOf<K>;
  readonly changes: readonly Change[];
  /** GET of the resource, with every field that Azure sent. */
  readonly fetch: () => Promise<Answer>;
}

/** New public accesses, of a type that has them. */
export interface AccessUpdate {
  readonly values: AccessValues;
  /** GET of the resource, with every field that Azure sent. */
  readonly fetch: () => Promise<Answer>;
}

/** One resource type, as far as it is read. */
export interface Reader<K extends Kind> {
  readonly type: string;
  read(body: Json): ResourceOf<K>;
  get(at: Site): Promise<unknown>;
  /** Only of types that have public access. */
  setAccess?: (at: Site, update: AccessUpdate) => Promise<unknown>;
}

/** One that we make. Each verb resolves when Azure has answered for the first time; none waits for an operation. */
export interface Adapter<K extends MadeKind> extends Reader<K> {
  put(at: Site, want: WantOf<K>): Promise<unknown>;
  update(at: Site, update: Update<K>): Promise<unknown>;
  /** Sends these tags in place of all that are there; `fetch` reads what is. */
  retag(at: Site, tags: Tags, fetch: Update<K>['fetch']): Promise<unknown>;
  remove(at: Site): Promise<unknown>;
}

/** The site of an id. Throws `PortError` InvalidRequest when it is no id of that type. */
export function siteOf(id: ArmId, type: string, sdkOf: (subscriptionId: string) => Sdk): Site {
  const parsed = parseId(id);
  const [parent] = parsed?.names ?? [];
  const name = parsed?.names.at(-1);
  const isType = parsed?.type.toLowerCase() === type.toLowerCase();
  // `.` and `..` survive percent-encoding and would lead the URL elsewhere.
  const parts = parsed === undefined ? [] : [parsed.subscriptionId, parsed.resourceGroup, ...parsed.names];
  const isPath = parts.some(part => /^\.{1,2}$/.test(part));
  if (!isType || isPath || parent === undefined || name === undefined) {
    throw new PortError(stalled('InvalidRequest', `${id} is not the id of a ${type}`));
  }
  return { id, resourceGroup: parsed.resourceGroup, parent, name, sdk: sdkOf(parsed.subscriptionId) };
}

/** Whether any tag is among the changes. */
export const hasTagChange = (changes: readonly Change[]): boolean =>
  changes.some(({ field }) => field.startsWith('tags.'));

/** Whether one of these fields is among the changes. */
export const hasChange = (changes: readonly Change[], ...fields: readonly string[]): boolean =>
  changes.some(({ field }) => fields.includes(field));
