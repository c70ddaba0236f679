/**
 * A set of resources by ARM id. Ids are compared without regard to letter case, as Azure Resource Manager does; the
 * case in which a resource was made is kept in the resource itself. Knows no resource type.
 */

export class ResourceMap<T extends { readonly id: string }> {
  readonly #byId = new Map<string, T>();

  get(id: string): T | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** Adds, or replaces the one with that id at its place in the order. */
  put(resource: T): T {
    this.#byId.set(resource.id.toLowerCase(), resource);
    return resource;
  }

  delete(id: string): boolean {
    return this.#byId.delete(id.toLowerCase());
  }

  /** In order of creation. */
  all(): readonly T[] {
    return [...this.#byId.values()];
  }

  /** Those whose id lies below `parentId`, at any depth. */
  under(parentId: string): readonly T[] {
    const prefix = `${parentId.toLowerCase()}/`;
    return this.all().filter(resource => resource.id.toLowerCase().startsWith(prefix));
  }
}

/** Whether two ARM ids (or names) mean the same thing. */
export const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
