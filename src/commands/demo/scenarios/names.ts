/**
 * The scenarios by name, each in one sentence. Data that the command's help needs without loading the rest.
 */
export const SCENARIOS = {
  'agent-without-endpoint': 'a machine has the agent and a rule, and no data collection endpoint',
  conflict: 'two objects claim the same names with different addresses',
  drift: 'somebody changes in the portal what the object says',
  'full-subnet': 'the subnet has one address too few',
  'wrong-scope': "the way to the endpoint's addresses ends in another scope",
} as const;

export type ScenarioName = keyof typeof SCENARIOS;

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];
