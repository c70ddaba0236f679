/**
 * RecordsExported: the records in the forms that other resolvers read, in a ConfigMap beside the object. What stands
 * there, whose it is, and what is to be written. Nothing waits for this step: it serves whom the operator cannot ask.
 * Pure. Source: design section 7, issue 5 section 6.
 */
import type { Desired } from './desire.ts';
import type { RecordsView } from './endpoint.ts';
import type { ExportRecord } from './exports/export-record.ts';
import { exportRecords } from './exports/exports.ts';
import { linesOf, sameLines } from './merge.ts';
import { ownerKey, ownerText } from './names.ts';
import type { ObjectKey } from './object.ts';
import { bodyOf, type ExportSight, type Observed } from './observed.ts';
import { mergedTarget } from './publishing.ts';
import { recordsHash } from './records.ts';
import { acts, ready, untold, type Verdict, waits } from './steps.ts';

/** `<installation>/<namespace>/<name>` of the object: who writes the ConfigMap. */
export const EXPORTS_ANNOTATION = 'privatemonitoring.dev/exports-of';

/** `<hash of the records> <serial of the zones>`. */
export const EXPORTED_ANNOTATION = 'privatemonitoring.dev/exported';

/** The API server refuses a ConfigMap over 1 MiB. */
const MAX_BYTES = 900 * 1024;

/** The ConfigMap of an object's exports. */
export const exportPlace = ({ namespace, name }: ObjectKey): ObjectKey => ({ namespace, name: `${name}-dns` });

/** The step; `undefined` when there is nothing to export and nothing left of it. */
export function exportStep(want: Desired, seen: Observed, view: RecordsView): Verdict | undefined {
  const { exported } = seen;
  const isAsked = want.dns.exports.length > 0;
  if (exported.is === 'unread') {
    // Without the right to look there is none to delete it either: it goes with the object.
    if (!isAsked && exported.failure.reason === 'Forbidden') return undefined;
    return withRight(untold(exported.failure), want);
  }
  const found = bodyOf(exported);
  const isMine = found !== undefined && found.annotations[EXPORTS_ANNOTATION] === ownerText(want.owner);
  if (!isAsked) return isMine ? leave(want, found) : undefined;
  return notOurs(want, found, isMine) ?? exportRecordsNow(want, { seen, view, found });
}

const placeText = ({ owner }: Desired): string => {
  const { namespace, name } = exportPlace(owner);
  return `ConfigMap ${namespace}/${name}`;
};

/** RBAC knows no `*-dns`, so that right is given for each object or each namespace. */
function withRight(verdict: Verdict, want: Desired): Verdict {
  if (verdict.reason !== 'Forbidden') return verdict;
  const cure = `let the operator get, create, patch and delete ${placeText(want)} (docs/dns/resolvers.md), or take spec.dns.exports out`;
  return { ...verdict, message: `${verdict.message}; ${cure}` };
}

const leave = (want: Desired, { resourceVersion }: ExportSight): Verdict =>
  acts('Deleting', `${placeText(want)} is being deleted: spec.dns.exports asks for nothing`, {
    verb: 'unexport',
    key: 'exports',
    resourceVersion,
  });

function notOurs(want: Desired, found: ExportSight | undefined, isMine: boolean): Verdict | undefined {
  const other = found?.annotations[EXPORTS_ANNOTATION];
  const isFree = isMine || (found?.isEmpty && other === undefined);
  if (found === undefined || (isFree && !found.isImmutable)) return undefined;
  const text = isFree
    ? `${placeText(want)} is immutable: delete it, it is made again`
    : other === undefined
      ? `${placeText(want)} is not ours: delete or rename it, or take spec.dns.exports out`
      : `${placeText(want)} is written by ${other}, not by ${ownerText(want.owner)}: delete it, it is made again`;
  return { state: 'Stalled', reason: 'ExportNotOurs', message: text, actions: [] };
}

interface Sight {
  readonly seen: Observed;
  readonly view: RecordsView;
  readonly found: ExportSight | undefined;
}

function exportRecordsNow(want: Desired, { seen, view, found }: Sight): Verdict {
  const records = publishedRecords(want, seen, view);
  if (records === undefined || records.length === 0) {
    return waits('WaitingForStep', 'waits for RecordsPublished; what is exported stays');
  }
  const hash = recordsHash(records);
  const serial = serialFor(hash, found, seen.now);
  const data = filesOf(want, records, serial);
  const bytes = Object.entries(data).reduce((sum, [key, text]) => sum + Buffer.byteLength(key + text), 0);
  if (bytes > MAX_BYTES) return tooLarge(want, bytes);
  const told = `${records.length} records in ${placeText(want)} (${want.dns.exports.join(', ')})`;
  if (found !== undefined && isWritten(found, data)) return ready('Exported', `${told}`);
  const annotations = {
    [EXPORTS_ANNOTATION]: ownerText(want.owner),
    [EXPORTED_ANNOTATION]: `${hash} ${serial}`,
  };
  const version = found === undefined ? {} : { resourceVersion: found.resourceVersion };
  return acts('Exporting', `${told} are being written`, {
    verb: 'export',
    key: 'exports',
    data,
    annotations,
    ...version,
  });
}

/** What the target holds for this object, with all that is known of it; `undefined` until it is as it will be. */
function publishedRecords(want: Desired, seen: Observed, view: RecordsView): readonly ExportRecord[] | undefined {
  const merged = mergedTarget(want, seen, view);
  const target = bodyOf(seen.target);
  if (merged === undefined || target === undefined || !sameLines(merged.lines, target.lines)) return undefined;
  const names = new Set(linesOf(merged.lines, ownerKey(want.owner)).map(({ name }) => name));
  return view.set.records.filter(({ name }) => names.has(name)).map(({ shared: _, ...record }) => record);
}

/** Grows with every change and stays the same without one. */
function serialFor(hash: string, found: ExportSight | undefined, now: number): number {
  const [before, text = ''] = found?.annotations[EXPORTED_ANNOTATION]?.split(' ') ?? [];
  const last = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  return before === hash && last > 0 ? last : Math.max(last + 1, Math.floor(now / 1_000));
}

function filesOf(want: Desired, records: readonly ExportRecord[], serial: number): Readonly<Record<string, string>> {
  const { namespace, name } = want.owner;
  const files = want.dns.exports.flatMap(format =>
    exportRecords(format, records, { owner: { namespace, name }, serial }),
  );
  return Object.fromEntries(files.map(({ file, text }) => [file, text]));
}

function isWritten(found: ExportSight, data: Readonly<Record<string, string>>): boolean {
  const isSame = Object.entries(data).every(([key, text]) => found.data[key] === text);
  return isSame && found.isOwned && found.ownKeys.every(key => key in data);
}

const tooLarge = (want: Desired, bytes: number): Verdict => ({
  state: 'Stalled',
  reason: 'TooLarge',
  message: `${placeText(want)} stays as it is: it would have ${Math.ceil(bytes / 1024)} KiB, of ${MAX_BYTES / 1024} KiB at most; ask for fewer forms in spec.dns.exports`,
  actions: [],
});
