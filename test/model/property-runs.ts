/**
 * How often the long properties run, and from which seed: the same in every run of the suite, so that a red one is about
 * the change under test. `RUNS=1000 PMS_SEED=42 node --test FILE` goes looking.
 */

/** For `fc.assert`. */
export const propertyRuns = (usual: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: Number(process.env.RUNS ?? usual),
  seed: Number(process.env.PMS_SEED ?? 20_261_125),
});
