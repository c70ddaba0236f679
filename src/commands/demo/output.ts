/**
 * The demo's result as data, for `-o json`: the object as the API server would give it, the first plan, the records, the
 * operator's calls to Azure, and what the public side was answered. Pure; src/commands/demo.ts prints it.
 */
import { GROUP, KIND, type PmsObject, type StatusRecord, VERSION } from '../../domain/object.ts';
import type { Plan, Step, Verdict } from '../../domain/steps.ts';
import type { JournalEntry, Simulator } from '../../simulator/simulator.ts';
import type { PublicQuery } from './witness.ts';

export interface DemoOutput {
  readonly object: { readonly apiVersion: string; readonly kind: string } & PmsObject;
  readonly plan: Omit<Plan, 'steps'> & { readonly steps: readonly (Pick<Step, 'name'> & Verdict)[] };
  readonly records: readonly StatusRecord[];
  readonly calls: readonly Call[];
  /** Only of an object that closes a workspace for queries. */
  readonly publicQuery?: PublicQuery;
}

/** One call that the resource manager answered. */
export type Call = Pick<JournalEntry, 'method' | 'path' | 'apiVersion' | 'status' | 'durationMs'>;

/** The operator's; calls to Entra ID for tokens are none of the resource manager's. */
export const armCalls = ({ journal, clientId }: Pick<Simulator, 'journal' | 'clientId'>): readonly Call[] =>
  journal
    .filter(({ service, principal }) => service === 'arm' && (principal === undefined || principal === clientId))
    .map(({ method, path, apiVersion, status, durationMs }) => ({ method, path, apiVersion, status, durationMs }));

export interface OutputSource {
  readonly object: PmsObject;
  readonly plan: Plan;
  readonly simulator: Pick<Simulator, 'journal' | 'clientId'>;
  readonly publicQuery: PublicQuery | undefined;
}

export const outputOf = ({ object, plan, simulator, publicQuery }: OutputSource): DemoOutput => ({
  object: { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, ...object },
  plan: { ...plan, steps: plan.steps.map(({ name, verdict }) => ({ name, ...verdict })) },
  records: object.status.records ?? [],
  calls: armCalls(simulator),
  ...(publicQuery === undefined ? {} : { publicQuery }),
});
