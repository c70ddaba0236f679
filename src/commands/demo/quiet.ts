/**
 * The controller's metrics for who has nobody to show them to. The demo composes it.
 */
import type { ControllerMetrics } from '../../ports.ts';

const nothing = (): void => {};

export const noMetrics: ControllerMetrics = {
  reconciled: nothing,
  panicked: nothing,
  timedOut: nothing,
  activeWorkers: nothing,
  conditions: nothing,
  queue: { depth: nothing, added: nothing, retried: nothing, waited: nothing, worked: nothing },
};
