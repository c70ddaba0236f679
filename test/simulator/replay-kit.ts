/**
 * Pieces of seeds for replaying recordings.
 */

/** As the recorders left it. */
export const subscription = '/subscriptions/00000000-0000-0000-0000-000000000000';

/** A network with one /24 for each subnet. */
export const network = (resourceGroup: string, name: string, location: string, ...subnets: readonly string[]) => ({
  resourceGroup,
  name,
  location,
  addressPrefix: '10.0.0.0/16',
  subnets: subnets.map((subnet, index) => ({ name: subnet, addressPrefix: `10.0.${index}.0/24` })),
});

/** The items of a recorded list. */
export function itemsOf<T>(lines: ReadonlyMap<number, { readonly response: unknown }>, n: number): readonly T[] {
  const list = lines.get(n)?.response as { readonly value: readonly T[] } | undefined;
  return list?.value ?? [];
}
