/**
 * The whole of a collection, in pages. Generic; src/kubernetes only.
 */
import type { KubeClient } from './client.ts';
import { isExpired, KubeError } from './kube-error.ts';
import { type RawObject, recordAt, recordsAt, textAt } from './raw-object.ts';

export interface Collection {
  /** `/api/v1/namespaces/dns/configmaps` */
  readonly path: string;
  /** Selectors: `{ fieldSelector: 'metadata.name=hosts' }`. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface Listed<T> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

export interface ListOptions<T> {
  /** What is kept of an item; `undefined` leaves it out. Pages are let go as soon as they are read. */
  readonly read: (raw: RawObject) => T | undefined;
  readonly signal: AbortSignal;
}

/** A page of this many keeps one JSON.parse short (facts: kubernetes 2.2 #16). */
const PAGE = '500';

/**
 * Lists consistently, that is, at least as new as every write answered before the call. When the pages expire on the way
 * (410), starts again without pages, like client-go's pager. Rejects with KubeError.
 */
export async function listCollection<T>(
  client: KubeClient,
  collection: Collection,
  options: ListOptions<T>,
): Promise<Listed<T>> {
  const first = await listPage(client, collection, { ...options, limit: PAGE });
  const items = [...first.items];
  let { next } = first;
  while (next !== undefined) {
    options.signal.throwIfAborted();
    try {
      const page = await listPage(client, collection, { ...options, limit: PAGE, from: next });
      items.push(...page.items);
      next = page.next;
    } catch (error) {
      if (!isExpired(error)) throw error;
      return listPage(client, collection, options);
    }
  }
  return { resourceVersion: first.resourceVersion, items };
}

interface PageOptions<T> extends ListOptions<T> {
  readonly limit?: string;
  readonly from?: string;
}

async function listPage<T>(
  client: KubeClient,
  { path, query }: Collection,
  { read, signal, limit, from }: PageOptions<T>,
): Promise<Listed<T> & { readonly next: string | undefined }> {
  const body = await client.request('GET', path, { query: { ...query, limit, continue: from }, signal });
  const metadata = recordAt(body, 'metadata');
  const resourceVersion = textAt(metadata, 'resourceVersion');
  if (!resourceVersion) throw new KubeError(`GET ${path}: the answer is no list`);
  const items = recordsAt(body, 'items').flatMap(raw => read(raw) ?? []);
  return { resourceVersion, items, next: textAt(metadata, 'continue') || undefined };
}
