/**
 * In which order test files start: the longest first, so that none of them runs alone at the end. Pure; used by run.ts.
 */

/** Seconds that the longest files took, four at once on two cores; what is not here takes less. Guides the order alone. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/faults/sweep-program.test.ts': 305,
  'test/e2e/proof.test.ts': 269,
  'test/e2e/life.test.ts': 212,
  'test/e2e/zones.test.ts': 200,
  'test/e2e/isolation.test.ts': 195,
  'test/e2e/preflight.test.ts': 137,
  'test/deploy/server-readme.test.ts': 124,
  'test/e2e/crash.test.ts': 117,
  'test/e2e/road.test.ts': 109,
  'test/faults/sweep-model.test.ts': 92,
  'test/e2e/sharing.test.ts': 90,
  'test/e2e/connections.test.ts': 87,
  'test/faults/kube-faults.test.ts': 86,
  'test/e2e/leader.test.ts': 85,
  'test/e2e/dns-everywhere.test.ts': 84,
  'test/e2e/azure-role.test.ts': 72,
  'test/e2e/adoption.test.ts': 72,
  'test/e2e/installed.test.ts': 72,
  'test/simulator/az.test.ts': 69,
  'test/faults/azure-faults.test.ts': 66,
  'test/commands/demo.test.ts': 64,
  'test/e2e/shutdown.test.ts': 55,
  'test/e2e/plan-mode.test.ts': 53,
  'test/e2e/shared-corefile.test.ts': 47,
  'test/commands/demo-scenarios.test.ts': 46,
  'test/e2e/platform-dns.test.ts': 46,
  'test/commands/plan.test.ts': 42,
  'test/e2e/identity.test.ts': 42,
  'test/deploy/server-pages.test.ts': 36,
  'test/controller/convergence.test.ts': 36,
  'test/env/cluster.test.ts': 34,
  'test/e2e/restore.test.ts': 34,
  'test/coredns/real-coredns-api-server.test.ts': 34,
  'test/commands/check.test.ts': 28,
  'test/commands/demo-drift.test.ts': 28,
  'test/controller/reconcile.test.ts': 26,
  'test/commands/demo-view.test.ts': 26,
};

/** The longest of these files first; among the others those of the slow places, then by name. */
export function longestFirst(files: readonly string[], isSlow: (file: string) => boolean): string[] {
  const seconds = (file: string) => SECONDS[file] ?? 0;
  return [...files].sort(
    (a, b) => seconds(b) - seconds(a) || Number(isSlow(b)) - Number(isSlow(a)) || a.localeCompare(b),
  );
}

/** Names in the table that are no file: to be taken out of it, or renamed. */
export const strangers = (files: readonly string[]): string[] =>
  Object.keys(SECONDS).filter(name => !files.includes(name));

/** The files that took longest, a line each. */
export function slowest(msByFile: ReadonlyMap<string, number>, most: number): string[] {
  const longest = [...msByFile].sort(([, a], [, b]) => b - a).slice(0, most);
  return longest.map(([file, ms]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
}
