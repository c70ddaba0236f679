/**
 * In which order test/run.ts starts the test files: what takes longest comes first, so that at the end no file runs alone
 * while the other places are empty.
 */

/** Of a minute and more when they were last looked at, the longest first; a name too many or too few only costs time. */
const longest = [
  'faults/sweep-program',
  'e2e/proof',
  'e2e/life',
  'e2e/zones',
  'e2e/isolation',
  'e2e/preflight',
  'deploy/server-readme',
  'e2e/crash',
  'e2e/road',
  'faults/sweep-model',
  'e2e/sharing',
  'e2e/connections',
  'faults/kube-faults',
  'e2e/leader',
  'e2e/dns-everywhere',
  'crd/crd',
  'e2e/azure-role',
  'e2e/adoption',
  'e2e/installed',
  'faults/azure-faults',
].map(name => `test/${name}.test.ts`);

/** Where tests start other programs or take their time; `--unit` leaves them out. */
const slowPlaces = [
  ...[
    'test/e2e/',
    'test/faults/',
    'test/bench/',
    'test/env/',
    'test/deploy/server',
    'test/deploy/chart',
    'test/crd/crd.test.ts',
  ],
  ...[
    'test/simulator/',
    'test/contract/',
    'test/azure/',
    'test/commands/',
    'test/kubernetes/',
    'test/layers.test.ts',
    'test/run.test.ts',
    'test/manifest/',
  ],
  ...['convergence', 'sharing', 'one-target', 'rivals', 'plan-mode', 'isolation', 'component-isolation'].map(
    name => `test/controller/${name}.test.ts`,
  ),
  ...['test/coredns/real-coredns', 'test/probe/real-coredns'],
];
/** Whether the file, a path in the repository, is one of those. */
export const isSlow = (file: string): boolean => slowPlaces.some(place => file.startsWith(place));

/** Of the same files: the longest, the other slow ones, the rest. */
export function inOrder(files: readonly string[]): string[] {
  const place = (file: string) => {
    const known = longest.indexOf(file);
    if (known >= 0) return known;
    return longest.length + (isSlow(file) ? 0 : 1);
  };
  return [...files].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
