/**
 * Taking data collection down: rules first, then the endpoints that they name and that nothing links any more. Pure;
 * src/domain/teardown.ts uses it.
 */
import type { InventoryEntry } from './object.ts';
import { after, each, type Verdict } from './steps.ts';

const ofKind = (entries: readonly InventoryEntry[], kind: string) =>
  entries.filter(({ key }) => key.split('/')[0] === kind);

/** Whether an entry is one of data collection. */
export const isCollectionEntry = ({ key }: Pick<InventoryEntry, 'key'>): boolean =>
  /^(dataCollectionEndpoint|dataCollectionRule)\//.test(key);

/** What must have happened: before anything of it goes, and the links that an endpoint waits for as well. */
interface Before {
  readonly before: Readonly<Record<string, Verdict>>;
  readonly links: Readonly<Record<string, Verdict>>;
}

/** The verdicts on those of the entries that are of data collection; none when there are none. */
export function takeCollectionDown(
  entries: readonly InventoryEntry[],
  judge: (entry: InventoryEntry) => Verdict,
  { before, links }: Before,
): readonly Verdict[] {
  if (!entries.some(isCollectionEntry)) return [];
  const rules = after(before, () => each(ofKind(entries, 'dataCollectionRule'), judge));
  const endpoints = after({ ...before, ...links, 'the data collection rules': rules }, () =>
    each(ofKind(entries, 'dataCollectionEndpoint'), judge),
  );
  // What waits for the rules has nothing to tell beside them.
  const isQuiet = endpoints.reason === 'WaitingForStep' && rules.state !== 'Ready';
  return [rules, isQuiet ? { ...endpoints, message: rules.message } : endpoints];
}
