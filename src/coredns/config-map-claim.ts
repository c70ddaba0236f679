/**
 * Whose a target's ConfigMap is, and how large it may grow. A ConfigMap with our annotation is ours to force, in our keys
 * only; one without it may be taken while our keys hold nothing. Pure; src/coredns uses it. Source: design section 7.
 */
import { type Failure, stalled } from '../domain/failures.ts';
import type { ConfigMapRef, ConfigMapView } from '../ports-dns.ts';
import { readEntry } from './hosts-text.ts';

/** The key of the lines: all that a HostsFile target writes. */
export const HOSTS_KEY = 'pms.hosts';

/** The key of the server block that a CustomServer target writes; its ending is what `import custom/*.server` finds. */
export const SERVER_KEY = 'pms.server';

/** The key of the names whose block is being written: there only between the writes of one change. */
export const PENDING_KEY = 'pms.pending';

/** The key of what the shared Corefile was before our last write: for whoever has to go back by hand. */
export const PREVIOUS_KEY = 'Corefile.previous';

/** `<installation>/<target>`: who writes the ConfigMap. */
export const TARGET_ANNOTATION = 'privatemonitoring.dev/target';

/** The API server refuses a ConfigMap over 1 MiB; the rest is room for others' keys and metadata. */
export const MAX_CONFIG_MAP_BYTES = 900 * 1024;

/** A ConfigMap and the value of the annotation that makes it ours. */
export interface Place extends ConfigMapRef {
  /** `<installation>/<target>`. */
  readonly marker: string;
}

export const isOurs = (view: ConfigMapView, place: Place): boolean =>
  view.annotations[TARGET_ANNOTATION] === place.marker;

/** Why we may not write into this ConfigMap at all; `undefined` when we may. */
export function notOurs(view: ConfigMapView, place: Place, keys: readonly string[] = [HOSTS_KEY]): Failure | undefined {
  const { namespace, name, marker } = place;
  const holder = view.annotations[TARGET_ANNOTATION];
  if (holder === marker) return undefined;
  const handOver = `kubectl -n ${namespace} annotate --overwrite configmap ${name} ${TARGET_ANNOTATION}=${marker}`;
  if (holder !== undefined) {
    const text = `ConfigMap ${namespace}/${name} is written by ${holder}, not by ${marker}: give this target a ConfigMap of its own, or hand that one over: ${handOver}`;
    return stalled('TargetOwnedByOther', text);
  }
  const key = keys.find(one => hasContent(view.data[one]));
  if (key === undefined) return undefined;
  const text = `ConfigMap ${namespace}/${name} has a key ${key} that is not ours: remove the key, give this target another ConfigMap, or let us overwrite it: ${handOver}`;
  return stalled('TargetNotOurs', text);
}

/** A ConfigMap that cannot be changed is nobody's. */
export const immutableFailure = ({ namespace, name }: ConfigMapRef): Failure =>
  stalled(
    'TargetNotOurs',
    `ConfigMap ${namespace}/${name} is immutable: delete it, it is made again, or give this target another one`,
  );

export const tooLargeFailure = ({ namespace, name }: ConfigMapRef, what: string): Failure =>
  stalled('TooLarge', `ConfigMap ${namespace}/${name} stays as it is: ${what}; spread the objects over two targets`);

/** Comments and empty lines are nothing that could be lost. */
const hasContent = (text: string | undefined): boolean =>
  text?.split('\n').some(line => readEntry(line) !== undefined) ?? false;

/** Bytes of everything in the ConfigMap but our keys. */
export function foreignBytes(view: ConfigMapView | undefined, keys: readonly string[] = [HOSTS_KEY]): number {
  const own = keys.map(key => keyBytes(view?.data[key], key)).reduce((sum, bytes) => sum + bytes, 0);
  return (view?.bytes ?? 0) - own;
}

/** Bytes that a key takes with this text; none when it is not there. */
export const keyBytes = (text: string | undefined, key = HOSTS_KEY): number =>
  text === undefined ? 0 : Buffer.byteLength(key) + Buffer.byteLength(text);
