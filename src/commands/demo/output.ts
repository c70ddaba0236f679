/**
 * The demo's result as data, for `-o json`: the object as the API server would give it, the first plan, the records and
 * the calls to Azure. Pure; src/commands/demo.ts prints it.
 */
import { GROUP, KIND, type PmsObject, type StatusRecord, VERSION } from '../../domain/object.ts';
import type { Plan, Step, Verdict } from '../../domain/steps.ts';
import type { JournalEntry } from '../../simulator/simulator.ts';

export interface DemoOutput {
  readonly object: { readonly apiVersion: string; readonly kind: string } & PmsObject;
  readonly plan: Omit<Plan, 'steps'> & { readonly steps: readonly (Pick<Step, 'name'> & Verdict)[] };
  readonly records: readonly StatusRecord[];
  readonly calls: readonly Call[];
}

/** One call that the resource manager answered. */
export type Call = Pick<JournalEntry, 'method' | 'path' | 'apiVersion' | 'status' | 'durationMs'>;

/** Calls to Entra ID for tokens are none of the resource manager's. */
export const armCalls = (journal: readonly JournalEntry[]): readonly Call[] =>
  journal
    .filter(({ service }) => service === 'arm')
    .map(({ method, path, apiVersion, status, durationMs }) => ({ method, path, apiVersion, status, durationMs }));

export const outputOf = (object: PmsObject, plan: Plan, journal: readonly JournalEntry[]): DemoOutput => ({
  object: { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, ...object },
  plan: { ...plan, steps: plan.steps.map(({ name, verdict }) => ({ name, ...verdict })) },
  records: object.status.records ?? [],
  calls: armCalls(journal),
});
