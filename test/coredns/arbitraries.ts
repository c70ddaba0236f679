/**
 * Random names, owners, lines and claims for the property tests of src/coredns: few of each, so that they meet.
 */
import fc from 'fast-check';
import type { Claim, PublishedLine } from '../../src/domain/merge.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
const fqdn = fc
  .tuple(label, fc.constantFrom('monitor.azure.com', 'ods.opinsights.azure.com', 'blob.core.windows.net'))
  .map(parts => parts.join('.'));
const owner = fc.tuple(label, label).map(parts => parts.join('/'));
const address = fc.oneof(fc.ipV4(), fc.ipV6());

const sorted = (values: readonly string[]): readonly string[] => [...values].sort();

/** Lines as `parseHosts` gives them: each name once, everything sorted. */
export const publishedLines: fc.Arbitrary<readonly PublishedLine[]> = fc
  .uniqueArray(
    fc
      .tuple(
        fqdn,
        fc.uniqueArray(address, { minLength: 1, maxLength: 3 }).map(sorted),
        fc.uniqueArray(owner, { minLength: 1, maxLength: 3 }).map(sorted),
      )
      .map(([name, addresses, owners]) => ({ name, addresses, owners })),
    { selector: line => line.name, maxLength: 20 },
  )
  .map(lines => [...lines].sort((a, b) => (a.name < b.name ? -1 : 1)));

const OWNERS = ['plant/a', 'plant/b', 'other/a', 'other/c'] as const;
const SHARED = ['api.monitor.azure.com', 'live.monitor.azure.com'];
const OWN = ['x.ods.opinsights.azure.com', 'y.ods.opinsights.azure.com', 'z.oms.opinsights.azure.com'];

/** Claims of four objects on five names and three addresses. */
export const claim: fc.Arbitrary<Claim> = fc.record({
  owner: fc.constantFrom(...OWNERS),
  records: fc
    .dictionary(
      fc.constantFrom(...SHARED, ...OWN),
      fc.uniqueArray(fc.constantFrom('10.1.2.4', '10.1.2.5', 'fd00::4'), { minLength: 1, maxLength: 2 }),
    )
    .map(byName =>
      Object.entries(byName).map(([name, addresses]) => ({ name, addresses, shared: SHARED.includes(name) })),
    ),
});
