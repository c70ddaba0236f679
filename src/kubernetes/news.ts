/**
 * Who is told of changes in a cache, and when: news of an object that we are writing ourselves wait for the answer, since
 * only then is known whose they are. Generic; src/kubernetes only.
 */
import type { Log } from '../ports.ts';

/** `listed` is `added` by the first list: what was there before we came. */
export type Change = 'listed' | 'added' | 'changed' | 'deleted';

export interface News {
  listen(callback: (key: string, change: Change) => void): void;
  /** Never throws. `deleted` is told at once, also during a write. */
  tell(key: string, change: Change): void;
  /** A write begins; the returned function ends it and says whether what came meanwhile was the write itself. */
  beginWrite(key: string): (isEcho: boolean) => void;
}

export function createNews(log: Log): News {
  const callbacks: ((key: string, change: Change) => void)[] = [];
  const open = new Map<string, { writes: number; news?: Change | undefined }>();

  const tellAll = (key: string, change: Change): void => {
    for (const callback of callbacks) {
      try {
        callback(key, change);
      } catch (error) {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error('whoever was told of a change failed', { key, change, error: words });
      }
    }
  };

  return {
    listen: callback => void callbacks.push(callback),
    tell(key, change) {
      const writing = open.get(key);
      if (writing === undefined || change === 'deleted') tellAll(key, change);
      if (writing) writing.news = change === 'deleted' ? undefined : (writing.news ?? change);
    },
    beginWrite(key) {
      const writing = open.get(key) ?? { writes: 0 };
      writing.writes += 1;
      open.set(key, writing);
      return isEcho => {
        writing.writes -= 1;
        if (isEcho) writing.news = undefined;
        if (writing.writes > 0) return;
        open.delete(key);
        if (writing.news) tellAll(key, writing.news);
      };
    },
  };
}
