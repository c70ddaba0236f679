/**
 * The verbs of the port for all resource types: the same deadlines, the same meaning of 404, the first answer of
 * a write and not a word more. What differs between types is in their adapters. src/azure only.
 */
import type { AccessKind, AccessValues } from '../domain/access.ts';
import { nameOf } from '../domain/converge.ts';
import { sameId, shortName } from '../domain/names.ts';
import type { ArmId, Change, Kind, MadeKind, Resource, ResourceOf, Want } from '../domain/resources.ts';
import type { WriteAnswer } from '../ports.ts';
import { type Adapter, type Reader, type Site, siteOf } from './adapter.ts';
import type { Sdk } from './clients.ts';
import { components } from './components.ts';
import { dataCollectionEndpoints } from './data-collection-endpoints.ts';
import { dataCollectionRules } from './data-collection-rules.ts';
import { zoneGroups } from './dns-zone-groups.ts';
import { dnsZones, zoneLinks } from './dns-zones.ts';
import { isAbsence, toPortError } from './errors.ts';
import { operationOf } from './operations.ts';
import type { Answer, Calls, Task } from './pipeline.ts';
import { privateEndpoints } from './private-endpoints.ts';
import { privateLinkScopes } from './private-link-scopes.ts';
import { scopedResources } from './scoped-resources.ts';
import { isObject, type Json, objectOf, readTags, text, UnexpectedAnswerError } from './wire.ts';
import { workspaces } from './workspaces.ts';

/** Milliseconds. A PUT's first answer takes up to 12 s when all is well (facts: performance 1.2). */
export const READ_DEADLINE_MS = 30_000;
export const WRITE_DEADLINE_MS = 120_000;

/** What every verb needs: the rules of a call, and the clients of a subscription. */
export interface Arm {
  readonly calls: Calls;
  readonly sdkOf: (subscriptionId: string) => Sdk;
}

const ADAPTERS: { readonly [K in MadeKind]: Adapter<K> } = {
  workspace: workspaces,
  privateLinkScope: privateLinkScopes,
  scopedResource: scopedResources,
  privateEndpoint: privateEndpoints,
  dataCollectionEndpoint: dataCollectionEndpoints,
  dataCollectionRule: dataCollectionRules,
  zoneGroup: zoneGroups,
  dnsZone: dnsZones,
  zoneLink: zoneLinks,
};

const READERS: { readonly [K in Kind]: Reader<K> } = { ...ADAPTERS, component: components };

/** How a kind is read. */
export const readerOf = <K extends Kind>(kind: K): Reader<K> => READERS[kind];

const adapterOf = <K extends MadeKind>(kind: K): Adapter<K> => ADAPTERS[kind];

/** The type that the ids of a kind carry. */
export const typeOf = (kind: Kind): string => READERS[kind].type;

/** One resource by one GET. */
export async function get<K extends Kind>(
  arm: Arm,
  kind: K,
  id: ArmId,
  signal: AbortSignal,
): Promise<ResourceOf<K> | undefined> {
  const reader = readerOf(kind);
  const at = siteOf(id, reader.type, arm.sdkOf);
  const what = `reading ${nameOf({ kind, name: at.name })}`;
  return readOne(arm, { what, signal }, { send: () => reader.get(at), read: body => reader.read(body) });
}

/** One thing by one GET; `undefined` when a 404 proves that it is not there. */
export async function readOne<T>(
  { calls }: Arm,
  task: Pick<Task, 'what' | 'signal'>,
  { send, read }: { readonly send: () => Promise<unknown>; readonly read: (body: Json) => T },
): Promise<T | undefined> {
  const answers = await orAbsent(calls.run({ ...task, deadlineMs: READ_DEADLINE_MS }, send));
  return answers === undefined ? undefined : understood(task.what, () => read(objectOf(answers.at(-1)?.body)));
}

/** `undefined` instead of a proved absence. */
export async function orAbsent<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (thrown) {
    if (isAbsence(thrown)) return undefined;
    throw thrown;
  }
}

/** What a reader makes of an answer; its complaints become `PortError` UnexpectedAnswer. */
export function understood<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw toPortError(thrown, { what });
  }
}

/** One PUT of the wanted resource. */
export async function create(arm: Arm, want: Want, signal: AbortSignal): Promise<WriteAnswer> {
  const adapter = adapterOf(want.kind);
  const at = siteOf(want.id, adapter.type, arm.sdkOf);
  return write(arm, { at, adapter, what: `creating ${nameOf(want)}`, signal }, () => adapter.put(at, want));
}

/** One PATCH, or one PUT of what is there with our fields in it; a GET before it where the adapter needs one. */
export async function update(
  arm: Arm,
  want: Want,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const adapter = adapterOf(want.kind);
  const at = siteOf(want.id, adapter.type, arm.sdkOf);
  return write(arm, { at, adapter, what: `updating ${nameOf(want)}`, signal }, answers =>
    adapter.update(at, { want, changes, fetch: () => fetch(adapter.get(at), answers) }),
  );
}

/** One PATCH of a workspace, one GET and one PUT of everything else; nothing but these accesses changes. */
export async function setAccess(
  arm: Arm,
  { kind, id }: { readonly kind: AccessKind; readonly id: ArmId },
  values: AccessValues,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const adapter: Reader<Kind> = readerOf<Kind>(kind);
  const at = siteOf(id, adapter.type, arm.sdkOf);
  const what = `setting the access of ${nameOf({ kind, name: at.name })}`;
  return write(arm, { at, adapter, what, signal }, async answers =>
    adapter.setAccess?.(at, { values, fetch: () => fetch(adapter.get(at), answers) }),
  );
}

/** A GET and a write of the tags without one; nothing is sent where there is no such tag. */
export async function untag(
  arm: Arm,
  { kind, id, tag }: { readonly kind: MadeKind; readonly id: ArmId; readonly tag: string },
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const adapter = adapterOf(kind);
  const at = siteOf(id, adapter.type, arm.sdkOf);
  const what = `taking the tag ${tag} off ${nameOf({ kind, name: shortName(id) })}`;
  const send = async (answers: readonly Answer[]) => {
    const found = await fetch(adapter.get(at), answers);
    const tags = readTags(objectOf(found.body));
    const kept = Object.fromEntries(Object.entries(tags).filter(([name]) => name.toLowerCase() !== tag.toLowerCase()));
    if (Object.keys(kept).length === Object.keys(tags).length) return;
    await adapter.retag(at, kept, async () => found);
  };
  return (await orAbsent(write(arm, { at, adapter, what, signal }, send))) ?? {};
}

/** One DELETE; a resource that is not there counts as deleted. */
export async function remove(arm: Arm, kind: MadeKind, id: ArmId, signal: AbortSignal): Promise<WriteAnswer> {
  const adapter = adapterOf(kind);
  const at = siteOf(id, adapter.type, arm.sdkOf);
  const what = `deleting ${nameOf({ kind, name: shortName(id) })}`;
  const gone = await orAbsent(write(arm, { at, adapter, what, signal }, () => adapter.remove(at)));
  // What a DELETE answers is not the resource as it will be.
  return gone?.operation === undefined ? {} : { operation: gone.operation };
}

interface Write {
  readonly at: Site;
  readonly adapter: Reader<Kind>;
  readonly what: string;
  readonly signal: AbortSignal;
}

async function write(
  { calls }: Arm,
  { at, adapter, what, signal }: Write,
  send: (answers: readonly Answer[]) => Promise<unknown>,
): Promise<WriteAnswer> {
  const task = { what, signal, deadlineMs: WRITE_DEADLINE_MS };
  const answers = await calls.run(task, kept => unlessAccepted(send(kept), kept));
  const answer = answers.at(-1);
  if (answer === undefined) return {};
  const operation = operationOf(answer);
  const body = resourceIn(answer, at, adapter);
  return { ...(body === undefined ? {} : { body }), ...(operation === undefined ? {} : { operation }) };
}

/**
 * A write that Azure took is no failure, whatever the SDK's deserializer makes of its answer: told as one, it would be
 * sent again.
 */
async function unlessAccepted(sent: Promise<unknown>, answers: readonly Answer[]): Promise<void> {
  try {
    await sent;
  } catch (thrown) {
    const last = answers.at(-1);
    if (last === undefined || last.method === 'GET') throw thrown;
  }
}

/** The answer that a GET of this call brought, as it was sent. */
async function fetch(sent: Promise<unknown>, answers: readonly Answer[]): Promise<Answer> {
  await sent;
  const answer = answers.at(-1);
  if (answer === undefined) throw new UnexpectedAnswerError('no answer');
  return answer;
}

/** The resource in the answer to a write: not the status of an operation, and not a body that cannot be read. */
function resourceIn({ body }: Answer, at: Site, adapter: Reader<Kind>): Resource | undefined {
  if (!isObject(body) || !sameId(text(body.id), at.id)) return undefined;
  try {
    return adapter.read(body);
  } catch {
    // The write was accepted; the next GET tells what became of it.
    return undefined;
  }
}
