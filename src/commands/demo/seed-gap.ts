/**
 * The one failure of starting the demo that is the file's: it names what the simulated Azure cannot have. Apart from
 * seed.ts so that it can be told without loading the simulator.
 */

/** The message names the field. */
export class SeedGapError extends Error {
  override readonly name = 'SeedGapError';
}
