/**
 * A machine on the public side that queries the object's workspace twice: as soon as it is there, and once it is closed.
 * What `Isolated` means, seen from outside. The session of the demo has one.
 */
import { isClosed } from '../../domain/access.ts';
import { desire } from '../../domain/desire.ts';
import type { PmsObject } from '../../domain/object.ts';
import { bodyOf } from '../../domain/observed.ts';
import type { Workspace } from '../../domain/resources.ts';
import { conditionOf } from './progress.ts';
import type { DemoWorld } from './world.ts';

/** Status and Azure's code: `200`, `403 NspValidationFailedError`. */
export interface PublicQuery {
  readonly workspace: string;
  readonly before?: string;
  readonly after?: string;
}

export interface Witness {
  /** To be called on every change of the object. */
  look(object: PmsObject): void;
  /** What came of the queries, once those under way have been answered; `undefined` when nothing is to be closed. */
  testimony(): Promise<PublicQuery | undefined>;
}

/** `tell` hears of each answer when it comes. Throws nothing: a query that fails is told as its error. */
export function createWitness(world: DemoWorld, object: PmsObject, tell: (text: string) => void): Witness {
  const want = desire(object, world.installation);
  const closed = want.access.find(({ kind, access }) => kind === 'workspace' && isClosed(kind, access.query));
  if (closed === undefined) return { look: () => {}, testimony: async () => undefined };
  const { id, name: workspace } = closed;
  const answers: { before?: string; after?: string } = {};
  const asked: { before?: Promise<void>; after?: Promise<void> } = {};

  const ask = async (when: 'before' | 'after', customerId: string): Promise<void> => {
    const answer = await world.somebody.publicQuery(customerId).catch((cause: Error) => cause.message);
    answers[when] = answer;
    tell(`a query of ${workspace} from the public side is ${answer === '200' ? 'answered' : 'refused'}: ${answer}`);
  };
  return {
    look: now => {
      const reading = world.memory.ledger.peek<Workspace>(id);
      const customerId = reading && bodyOf(reading)?.customerId;
      if (customerId === undefined) return;
      if (conditionOf(now, 'WorkspacesReady')?.status === 'True') asked.before ??= ask('before', customerId);
      if (conditionOf(now, 'Isolated')?.status === 'True') asked.after ??= ask('after', customerId);
    },
    testimony: async () => {
      await Promise.all([asked.before, asked.after]);
      return { workspace, ...answers };
    },
  };
}
