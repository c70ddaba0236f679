/**
 * Kubernetes objects as raw JSON: never typed models, whose dates differ between list and watch (facts: kubernetes 2.2
 * #15). Reading helpers that trust nothing. Generic; src/kubernetes only.
 */
export type RawObject = Readonly<Record<string, unknown>>;

/** What identifies one state of one object. */
export interface Identity {
  /** `namespace/name`; the name alone for cluster-scoped objects. */
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export const isRecord = (value: unknown): value is RawObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at a field, `{}` when there is none. */
export function recordAt(from: unknown, field: string): RawObject {
  const value = isRecord(from) ? from[field] : undefined;
  return isRecord(value) ? value : {};
}

/** The objects of a list at a field; whatever is no object is left out. */
export function recordsAt(from: unknown, field: string): readonly RawObject[] {
  const value = isRecord(from) ? from[field] : undefined;
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textAt(from: unknown, field: string): string | undefined {
  const value = isRecord(from) ? from[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A map of texts at a field; other values are left out. */
export function textsAt(from: unknown, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(recordAt(from, field));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Throws a TypeError for what is no object that an API server has stored. */
export function identityOf(raw: unknown): Identity {
  const metadata = recordAt(raw, 'metadata');
  const name = textAt(metadata, 'name');
  const uid = textAt(metadata, 'uid');
  const resourceVersion = textAt(metadata, 'resourceVersion');
  if (!name || !uid || !resourceVersion) throw new TypeError('an object without name, uid or resourceVersion');
  const namespace = textAt(metadata, 'namespace');
  return { key: namespace ? `${namespace}/${name}` : name, uid, resourceVersion };
}
