/**
 * A map that forgets what was set longest ago. Generic; src/kubernetes only.
 */
export interface RecentMap<T> {
  get(key: string): T | undefined;
  /** Makes the key the most recent one. */
  set(key: string, value: T): void;
}

export function createRecentMap<T>(maxSize: number): RecentMap<T> {
  const entries = new Map<string, T>();
  return {
    get: key => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > maxSize && oldest !== undefined) entries.delete(oldest);
    },
  };
}
