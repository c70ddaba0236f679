/**
 * Events that differ in their words alone, told as one when there are many: a message that holds a time or an address
 * would else be a new event each time. Numbers of client-go (tools/record/events_cache.go, EventAggregator): after ten
 * of one object, type, reason and action, with no gap of ten minutes between two. Generic; src/kubernetes only.
 */
import type { KubeEvent } from './kube-event.ts';
import { createRecentMap } from './recent-map.ts';

const MAX_NOTES = 10;
const GAP_MS = 600_000;
const MAX_GROUPS = 4_096;
const COMBINED = '(combined from similar events): ';

interface Group {
  readonly notes: Set<string>;
  lastAt: number;
  /** What all further ones are told as, once there are too many. */
  combined?: string;
}

/** The event as it is to be told at that time (epoch ms): itself, or one whose note stands for all that are like it. */
export type SimilarEvents = (event: KubeEvent, now: number) => KubeEvent;

export function createSimilarEvents(): SimilarEvents {
  const groups = createRecentMap<Group>(MAX_GROUPS);
  return (event, now) => {
    const { regarding, type, reason, action, note } = event;
    const key = JSON.stringify([regarding.uid, type, reason, action]);
    const known = groups.get(key);
    const group =
      known !== undefined && now - known.lastAt < GAP_MS ? known : { notes: new Set<string>(), lastAt: now };
    group.lastAt = now;
    groups.set(key, group);
    if (group.notes.has(note)) return event;
    if (group.notes.size < MAX_NOTES) {
      group.notes.add(note);
      return event;
    }
    // The API server lets nobody change a note: that of the first stays.
    group.combined ??= COMBINED + note;
    return { ...event, note: group.combined };
  };
}
