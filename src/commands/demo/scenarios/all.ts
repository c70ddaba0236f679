/**
 * The scenarios by name. Data that is loaded only when one is played.
 */
import { agentWithoutEndpoint } from './agent-without-endpoint.ts';
import { conflict } from './conflict.ts';
import { drift } from './drift.ts';
import { fullSubnet } from './full-subnet.ts';
import type { ScenarioName } from './names.ts';
import type { Scenario } from './scenario.ts';
import { wrongScope } from './wrong-scope.ts';

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  'agent-without-endpoint': agentWithoutEndpoint,
  conflict,
  drift,
  'full-subnet': fullSubnet,
  'wrong-scope': wrongScope,
};
