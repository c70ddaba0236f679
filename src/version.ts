/**
 * The version that package.json states; the bundle carries it inside. Imported by the commands.
 */
import manifest from '../package.json' with { type: 'json' };

export const version: string = manifest.version;
