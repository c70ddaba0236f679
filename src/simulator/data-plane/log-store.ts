/**
 * The log rows of every workspace, by table. In memory, the newest ones only. Knows no HTTP and no query language.
 */

export type Row = Readonly<Record<string, unknown>>;

/** Workspace (customer id, lower case) to table to rows, oldest first. */
export type LogRows = Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>;

export interface LogStore {
  /** Adds rows to a table of a workspace; each needs its `TimeGenerated`, ISO 8601. */
  add(customerId: string, table: string, rows: readonly Row[]): void;
  /** Oldest first; none for what nobody has written to. */
  rows(customerId: string, table: string): readonly Row[];
  /** Names of the tables that hold rows. */
  tables(customerId: string): readonly string[];
  all(): LogRows;
  /** Puts these rows in place of all there are. */
  replace(rows: LogRows): void;
  /** Calls back after each change, until the returned function is called. */
  watch(watcher: () => void): () => void;
}

/** A heartbeat a minute for a week of one machine; more machines keep less of the past. */
const mostRows = 10_000;

export function createLogStore(limit = mostRows): LogStore {
  let workspaces = new Map<string, Map<string, Row[]>>();
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const tell of watchers) tell();
  };
  return {
    add: (customerId, table, rows) => {
      const key = customerId.toLowerCase();
      const tables = workspaces.get(key) ?? new Map<string, Row[]>();
      workspaces.set(key, tables);
      const kept = tables.get(table) ?? [];
      tables.set(table, kept);
      kept.push(...rows);
      if (kept.length > limit) kept.splice(0, kept.length - limit);
      changed();
    },
    rows: (customerId, table) => workspaces.get(customerId.toLowerCase())?.get(table) ?? [],
    tables: customerId => [...(workspaces.get(customerId.toLowerCase())?.keys() ?? [])],
    all: () => Object.fromEntries([...workspaces].map(([id, tables]) => [id, Object.fromEntries(tables)])),
    replace: rows => {
      workspaces = new Map(
        Object.entries(rows).map(([id, tables]) => [
          id.toLowerCase(),
          new Map(Object.entries(tables).map(([table, kept]) => [table, [...kept]])),
        ]),
      );
      changed();
    },
    watch: watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
