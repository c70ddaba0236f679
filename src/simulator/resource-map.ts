/**
 * A set of resources by ARM id, with indexes for what is asked often. Ids and index keys are compared without regard to
 * letter case, as Azure Resource Manager does; the case in which a resource was made is kept in the resource itself.
 * Knows no resource type.
 */

export type Identified = { readonly id: string };

/** What an index files a resource under: one key, several, or none. */
export type Indexes<T, Index extends string> = Readonly<
  Record<Index, (resource: T) => string | readonly string[] | undefined>
>;

/** What was there before a change, and what is there now. */
export type Watcher = (before: Identified | undefined, after: Identified | undefined) => void;

const parentOf = (id: string): string => id.split('/').slice(0, -2).join('/');

export class ResourceMap<T extends Identified, Index extends string = never> {
  readonly #byId = new Map<string, T>();
  readonly #indexes: ReadonlyMap<string, (resource: T) => string | readonly string[] | undefined>;
  /** Index and key to the one resource filed there (mostly), or to several by id, in order of creation. */
  readonly #filed = new Map<string, T | Map<string, T>>();
  #watcher: Watcher | undefined;

  constructor(indexes?: Indexes<T, Index>) {
    this.#indexes = new Map([
      ...Object.entries<(resource: T) => string | readonly string[] | undefined>(indexes ?? {}),
      ['', ({ id }) => parentOf(id)],
    ]);
  }

  get(id: string): T | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Adds, or replaces the one with that id at its place in the order. */
  put(resource: T): T {
    const id = resource.id.toLowerCase();
    const before = this.#byId.get(id);
    const keys = this.#keysOf(resource);
    if (before !== undefined) {
      const stale = this.#keysOf(before).filter(key => !keys.includes(key));
      this.#unfile(id, stale);
    }
    this.#byId.set(id, resource);
    for (const key of keys) this.#file(key, id, resource);
    this.#watcher?.(before, resource);
    return resource;
  }

  delete(id: string): boolean {
    const lower = id.toLowerCase();
    const before = this.#byId.get(lower);
    if (before === undefined) return false;
    this.#unfile(lower, this.#keysOf(before));
    this.#byId.delete(lower);
    this.#watcher?.(before, undefined);
    return true;
  }

  /** The one watcher of this set, told after each `put` and `delete` (not of `clear`). */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  clear(): void {
    this.#byId.clear();
    this.#filed.clear();
  }

  /** In order of creation. */
  all(): readonly T[] {
    return [...this.#byId.values()];
  }

  /** In order of creation; what is deleted on the way is not met any more. */
  [Symbol.iterator](): Iterator<T> {
    return this.#byId.values();
  }

  /** Those directly below `parentId`, in order of creation. */
  under(parentId: string): readonly T[] {
    return this.#at('', parentId);
  }

  /** Those that an index has filed under a key, in order of creation. */
  where(index: Index, key: string): readonly T[] {
    return this.#at(index, key);
  }

  /** Whether an index has filed anything under a key. */
  has(index: Index, key: string): boolean {
    return this.#filed.has(`${index} ${key.toLowerCase()}`);
  }

  #at(index: string, key: string): readonly T[] {
    const filed = this.#filed.get(`${index} ${key.toLowerCase()}`);
    if (filed === undefined) return [];
    return filed instanceof Map ? [...filed.values()] : [filed];
  }

  #file(key: string, id: string, resource: T): void {
    const filed = this.#filed.get(key);
    if (filed instanceof Map) filed.set(id, resource);
    else if (filed === undefined || sameId(filed.id, id)) this.#filed.set(key, resource);
    else
      this.#filed.set(
        key,
        new Map([
          [filed.id.toLowerCase(), filed],
          [id, resource],
        ]),
      );
  }

  #keysOf(resource: T): readonly string[] {
    return [...this.#indexes].flatMap(([index, keyOf]) => {
      const keys = keyOf(resource) ?? [];
      return (typeof keys === 'string' ? [keys] : keys).map(key => `${index} ${key.toLowerCase()}`);
    });
  }

  #unfile(id: string, keys: readonly string[]): void {
    for (const key of keys) {
      const filed = this.#filed.get(key);
      if (filed instanceof Map) filed.delete(id);
      const isEmpty = filed instanceof Map ? filed.size === 0 : filed !== undefined && sameId(filed.id, id);
      if (isEmpty) this.#filed.delete(key);
    }
  }
}

/** Whether two ARM ids (or names) mean the same thing. */
export const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
