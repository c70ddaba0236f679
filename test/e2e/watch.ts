/**
 * What the end-to-end tests read of one object through kubectl: its conditions, its inventory, its events.
 */
import { eventually } from '../env/eventually.ts';
import type { Scene } from './scene.ts';

/** Every wait is for something that takes seconds; the deadline is for a machine that is busy with other things. */
export const PATIENCE = { deadlineMs: 180_000, everyMs: 250 };

export interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface InventoryView {
  readonly key: string;
  readonly origin: string;
  readonly policy: string;
  readonly closed?: { readonly before?: Readonly<Record<string, string>>; readonly provedAt?: string };
}

export interface ObjectView {
  readonly metadata: { readonly uid: string; readonly finalizers?: readonly string[] };
  readonly status: {
    readonly conditions?: readonly ConditionView[];
    readonly resources?: readonly InventoryView[];
    readonly recordCount?: number;
  };
}

export interface Watch {
  object(): Promise<ObjectView>;
  condition(type: string): Promise<ConditionView | undefined>;
  /** Resolves with the condition once its reason, or what its message says, is that. */
  told(type: string, what: string | RegExp): Promise<ConditionView>;
  ready(): Promise<string>;
  /** As `kubectl events` prints them. */
  events(): Promise<string>;
  annotate(key: string, value: string): Promise<string>;
  patch(spec: Readonly<Record<string, unknown>>): Promise<string>;
  /** Asks for a deletion and does not wait for it. */
  remove(): Promise<string>;
  gone(): Promise<string>;
}

/** Of the object with this name in the operator's namespace; `scene` is asked at each call. */
export function watch(scene: () => Scene, name: string): Watch {
  const kubectl = (...args: readonly string[]) => scene().kubectl(...args);
  const object: Watch['object'] = async () => JSON.parse(await kubectl('get', 'pms', name, '-o', 'json'));
  const condition: Watch['condition'] = async type =>
    (await object()).status?.conditions?.find(one => one.type === type);
  return {
    object,
    condition,
    told: (type, what) =>
      eventually(
        `${type} of ${name} tells ${what}`,
        async () => {
          const found = await condition(type);
          const isTold = typeof what === 'string' ? found?.reason === what : what.test(found?.message ?? '');
          return isTold ? found : undefined;
        },
        PATIENCE,
      ),
    ready: () => kubectl('wait', '--for=condition=Ready', '--timeout=180s', `pms/${name}`),
    events: () => kubectl('events', '--for', `pms/${name}`),
    annotate: (key, value) => kubectl('annotate', '--overwrite', 'pms', name, `${key}=${value}`),
    patch: spec => kubectl('patch', 'pms', name, '--type=merge', '-p', JSON.stringify({ spec })),
    remove: () => kubectl('delete', 'pms', name, '--wait=false'),
    gone: () => kubectl('wait', '--for=delete', '--timeout=180s', `pms/${name}`),
  };
}
