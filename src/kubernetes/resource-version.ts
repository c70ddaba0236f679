/**
 * Which of two states of one resource type is the newer. Generic; src/kubernetes only.
 */
const DECIMAL = /^[1-9]\d*$/;

/**
 * Below zero when `a` is older than `b`, zero when they are the same, above zero when it is newer, and `undefined` when
 * that cannot be told. Kubernetes 1.35 made it a promise that resourceVersions of one resource type are decimal numbers
 * to be compared ("Kubernetes API Concepts", Resource versions; KEP-5504); before, kube-apiserver over etcd did so
 * without the promise. They have no upper bound, so length decides before letters do.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

/** Whether `a` is known to be older than `b`. */
export function isOlder(a: string, b: string): boolean {
  const order = compareResourceVersions(a, b);
  return order !== undefined && order < 0;
}
