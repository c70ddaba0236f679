/**
 * GUIDs to keep. What `randomUUID` returns is made of some twenty parts that V8 keeps apart, 700 bytes for 36 characters;
 * a simulated Azure keeps hundreds of thousands of them. Any file of the simulator may import it.
 */
import { randomUUID } from 'node:crypto';

/** A text in one piece. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

export const newGuid = (): string => flat(randomUUID());
