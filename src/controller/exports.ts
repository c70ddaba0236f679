/**
 * The ConfigMap of an object's exports, read and written: by whose rights it may be, and never over somebody else's
 * change. src/controller/{observe,execute}.ts use it.
 */
import type { Desired } from '../domain/desire.ts';
import { exportPlace } from '../domain/export-map.ts';
import { ConflictError, failureOf, PortError, waiting } from '../domain/failures.ts';
import { FIELD_MANAGER, ownerText } from '../domain/names.ts';
import { GROUP, KIND, VERSION } from '../domain/object.ts';
import { ABSENT, type ExportSight, present, type Reading, unread } from '../domain/observed.ts';
import type { Action } from '../domain/steps.ts';
import type { ConfigMapView } from '../ports-dns.ts';
import type { Pass } from './world.ts';

const CONFLICT_RETRY_MS = 1_000;

/** Nothing is read, and no right needed, for an object that asks for no export and never had one. */
export async function observeExports(want: Desired, { world, object, signal }: Pass): Promise<Reading<ExportSight>> {
  const hadOne = object.status.conditions?.some(({ type }) => type === 'RecordsExported') ?? false;
  if (want.deletedAt !== undefined || (want.dns.exports.length === 0 && !hadOne)) return ABSENT;
  try {
    const view = await world.configMaps.read(exportPlace(want.owner), signal);
    return view === undefined ? ABSENT : present(sightOf(view, object.metadata.uid));
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}

const sightOf = (view: ConfigMapView, uid: string): ExportSight => ({
  resourceVersion: view.resourceVersion,
  annotations: view.annotations,
  data: view.data,
  ownKeys: Object.keys(view.data).filter(key => view.dataManagers[key]?.includes(FIELD_MANAGER)),
  isImmutable: view.immutable,
  isEmpty: view.bytes === 0,
  isOwned: view.owners?.includes(uid) ?? false,
});

type Writing = Extract<Action, { verb: 'export' | 'unexport' }>;

/** Makes it, brings it to what it should be, or deletes it. Throws PortError. */
export async function writeExports(action: Writing, want: Desired, { world, object, signal }: Pass): Promise<void> {
  const place = exportPlace(want.owner);
  try {
    if (action.verb === 'unexport') {
      await world.configMaps.remove(place, action.resourceVersion, signal);
      return;
    }
    const { name, uid } = object.metadata;
    const { data, annotations, resourceVersion } = action;
    const owner = { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, name, uid };
    const wanted = { annotations, data, owner };
    // What was read as ours is ours to force; what was not there must not have come meanwhile.
    const options = { resourceVersion: resourceVersion ?? '', force: resourceVersion !== undefined };
    await world.configMaps.apply(place, wanted, options, signal);
  } catch (thrown) {
    if (!(thrown instanceof ConflictError)) throw thrown;
    const text = `ConfigMap ${place.namespace}/${place.name} changed while ${ownerText(want.owner)} wrote it`;
    throw new PortError(waiting('Conflict', text, CONFLICT_RETRY_MS), { cause: thrown });
  }
}
