/**
 * What the Azure Monitor Agent has been told and where it connects to, beside the records. Pure. src/commands/doctor only.
 */
import { type Finding, failing, passed, skipped, warned } from '../../domain/finding.ts';
import { endText, isOfInternet } from './addresses.ts';
import type { AgentConfiguration, Channel } from './agent-configuration.ts';
import { CONFIGURATION, isMonitorAgent, MONITOR_FOLDER, SENDERS } from './agents.ts';
import { counted, someOf } from './machine.ts';
import type { ConnectionSight, HeldConnection } from './proc.ts';

export interface AgentSight {
  readonly isInstalled: boolean;
  readonly configuration: AgentConfiguration;
  readonly sight: ConnectionSight;
  readonly isRoot: boolean;
}

/** The records, as the agents' findings need them. */
export interface Ours {
  readonly names: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
}

const AS_ROOT = 'run it as root to have that looked at';

/** In the order of cause: whether it runs, what it was told, where it goes. */
export function judgeAgent(agent: AgentSight, ours: Ours): readonly Finding[] {
  const running = agent.sight.programs.filter(isMonitorAgent);
  if (!agent.isInstalled && running.length === 0) {
    return [skipped('agent', `the Azure Monitor Agent is not on this machine (${MONITOR_FOLDER})`)];
  }
  return [
    judgeRunning(
      running.map(({ name }) => name),
      agent.isRoot,
    ),
    ...judgeConfiguration(agent.configuration, ours, agent.isRoot),
    ...judgeProxy(agent.configuration),
    judgeConnections(agent, ours),
  ];
}

function judgeRunning(names: readonly string[], isRoot: boolean): Finding {
  const missing = SENDERS.filter(name => !names.includes(name));
  if (missing.length === 0) return passed('agent', `the Azure Monitor Agent runs (${[...new Set(names)].join(', ')})`);
  // Where /proc is mounted with hidepid, only root sees the programs of others.
  if (names.length === 0 && !isRoot) return skipped('agent', `no program of the agent is seen; ${AS_ROOT}`);
  const cure =
    'systemctl restart azuremonitoragent azuremonitor-coreagent, and look into journalctl -u azuremonitoragent';
  return failing(
    'agent',
    `the Azure Monitor Agent is installed, and ${missing.join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not run`,
    cure,
  );
}

const CHECK = 'agent configuration';
const HANDLER = /\.handler\.control\.monitor\.azure\.[a-z]+$/;
/** `japaneast.handler.control...`: of the region, not of an endpoint. */
const OF_REGION = /^[a-z0-9]+\.handler\.control\.monitor\.azure\.[a-z]+$/;
const GLOBAL = /^global\.handler\./;

function judgeConfiguration(told: AgentConfiguration, { names }: Ours, isRoot: boolean): readonly Finding[] {
  if (told.state === 'denied') return [skipped(CHECK, `${CONFIGURATION} is not for everybody to read; ${AS_ROOT}`)];
  if (told.state === 'none') {
    if (!isRoot) return [skipped(CHECK, `no configuration is seen in ${CONFIGURATION}; ${AS_ROOT}`)];
    const from = told.refusedBy === undefined ? '' : `; it last failed to have it from ${told.refusedBy}`;
    return [failing(CHECK, `the agent has received no configuration${from}`, ownEndpoint(names))];
  }
  if (told.broken.length > 0) {
    const cure = `take them out of ${CONFIGURATION} and restart azuremonitoragent: it fetches them anew`;
    return [failing(CHECK, `${someOf(told.broken)} cannot be read as a configuration`, cure)];
  }
  const findings = [
    ...foreign(told.channels, 'handler', names).map(host => handlerFinding(host, names)),
    ...foreign(told.channels, 'endpoint', names).map(host => destinationFinding(host, told.channels)),
  ];
  if (findings.length > 0) return findings;
  if (told.channels.length === 0) {
    const cure = 'associate the machine with a data collection rule that has a destination';
    return [warned(CHECK, 'the agent has a configuration that sends nothing anywhere', cure)];
  }
  const handlers = [...new Set(told.channels.flatMap(({ handler }) => handler ?? []))];
  const from = handlers.length === 0 ? '' : ` from ${handlers.join(', ')}`;
  return [
    passed(CHECK, `had${from}; all ${counted(told.channels.length, 'destination')} in it are names of the records`),
  ];
}

const foreign = (channels: readonly Channel[], field: 'handler' | 'endpoint', names: ReadonlySet<string>) =>
  [...new Set(channels.flatMap(channel => channel[field] ?? []))].filter(host => !names.has(host)).sort();

function handlerFinding(host: string, names: ReadonlySet<string>): Finding {
  if (OF_REGION.test(host)) {
    const message = `the agent has no data collection endpoint: it gets its configuration from the region's ${host}`;
    return failing(CHECK, message, ownEndpoint(names));
  }
  const message = `the agent's data collection endpoint is ${host}, which is not among the records`;
  return failing(CHECK, message, `${ownEndpoint(names)}; or link that endpoint to the scope`);
}

/** The endpoints of the records by the first part of their name: those that the machine may be given. */
function ownEndpoint(names: ReadonlySet<string>): string {
  const handlers = [...names].filter(
    name => HANDLER.test(name) && !GLOBAL.test(name) && !name.includes('.privatelink.'),
  );
  const which = handlers.length === 0 ? 'a data collection endpoint of the scope' : someOf(handlers);
  return `associate the machine with ${which} (configurationAccessEndpoint), in the machine's region`;
}

function destinationFinding(host: string, channels: readonly Channel[]): Finding {
  const message = `the agent is told to send to ${host}, which is not among the records`;
  const isMetrics = channels.some(({ protocol, endpoint }) => endpoint === host && protocol === 'me');
  if (isMetrics) {
    return failing(CHECK, message, 'Azure Monitor Metrics has no private path: take that destination out of the rule');
  }
  const cure =
    'link that workspace or endpoint to the scope, or take it out of the data collection rules of the machine';
  return failing(CHECK, message, cure);
}

function judgeProxy({ proxy }: AgentConfiguration): readonly Finding[] {
  if (proxy === undefined) return [];
  const message = `the agent sends through the proxy ${proxy}: names are resolved there, and nothing above says what comes of it`;
  const cure = 'let the proxy resolve the names of the records to their addresses, or put them into its bypass list';
  return [warned('agent proxy', message, cure)];
}

/** Connections that leave for the internet: not to an address of the records, which may be of any range. */
export const publicConnections = (sight: ConnectionSight, { addresses }: Ours): readonly HeldConnection[] =>
  sight.connections.filter(({ remote }) => isOfInternet(remote.address) && !addresses.has(remote.address));

/** `mdsd -> 20.43.70.1:443`, `mdsd -> 20.43.70.1:443 (no answer yet)`. */
export const connectionText = ({ program, remote, state }: HeldConnection): string =>
  `${program?.name ?? 'unseen'} -> ${endText(remote)}${state === 'opening' ? ' (no answer yet)' : ''}`;

function judgeConnections({ sight, isRoot }: AgentSight, ours: Ours): Finding {
  const check = 'agent connections';
  const isOfAgent = ({ program }: HeldConnection) => program !== undefined && isMonitorAgent(program);
  const all = publicConnections(sight, ours);
  const own = all.filter(isOfAgent);
  if (own.length > 0) {
    const cure =
      'restart azuremonitoragent and azuremonitor-coreagent: what was connected before DNS was right stays so; if it comes back, its configuration or a name that is not among the records leads there';
    const texts = [...new Set(own.map(connectionText))];
    return failing(check, `${counted(own.length, 'connection')} to public addresses: ${someOf(texts)}`, cure);
  }
  const unseen = all.filter(({ program }) => program === undefined);
  if (!isRoot && unseen.length > 0) {
    return skipped(check, `${counted(unseen.length, 'connection')} to public addresses may be the agent's; ${AS_ROOT}`);
  }
  const inside = sight.connections.filter(one => isOfAgent(one) && ours.addresses.has(one.remote.address));
  return passed(check, `none to a public address, ${inside.length} to addresses of the records`);
}
