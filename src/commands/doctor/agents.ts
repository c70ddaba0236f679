/**
 * The agents on a Linux machine, as data: their programs and their files. Pure. src/commands/doctor only. Sources:
 * Azure/azure-linux-extensions, AzureMonitorAgent/ama_tst (its own troubleshooter: check_ama, connect, general_health) and
 * agent.py; configurations of the agent that people published; "Overview of Azure Connected Machine agent" (services and
 * directories).
 */
import type { Program } from './proc.ts';

/** Where every program of the Azure Monitor Agent is, Telegraf and Fluent Bit of its own included. */
export const MONITOR_FOLDER = '/opt/microsoft/azuremonitoragent/bin';
/**
 * One file for each data collection rule: `channels[].{protocol, endpoint or endpointUriTemplate, tokenEndpointUri}`. The
 * last is at the handler that gave it: that of the machine's data collection endpoint, or without one the region's.
 */
export const CONFIGURATION = '/etc/opt/microsoft/azuremonitoragent/config-cache/configchunks';
/** Where its proxy is set: `export MDSD_PROXY_ADDRESS=...` by the extension's settings, or by those of Azure Arc. */
export const PROXY_FILES = [
  '/etc/default/azuremonitoragent',
  '/etc/systemd/system/azuremonitor-coreagent.service.d/proxy.conf',
] as const;
/** Where the agent tells which address it could not get its configuration from. */
export const ERRORS = '/var/opt/microsoft/azuremonitoragent/log/mdsd.err';

const MONITOR_PROGRAMS = ['mdsd', 'mdsdmgr', 'amacoreagent', 'agentlauncher', 'MetricsExtension'];
/** Of the Connected Machine agent: its own, guest configuration and extensions (one program, two services). */
const ARC_PROGRAMS = ['himds', 'azcmagent', 'gc_linux_service', 'gc_worker', 'extd'];

/** The kernel keeps 15 characters of a name, which is all there is of a program without a command line. */
const isNamed = ({ name, path }: Program, names: readonly string[]): boolean =>
  names.some(one => name === one || (path === '' && name === one.slice(0, 15)));

export const isMonitorAgent = (program: Program): boolean =>
  program.path.startsWith(`${MONITOR_FOLDER}/`) || isNamed(program, MONITOR_PROGRAMS);

export const isArcAgent = (program: Program): boolean => isNamed(program, ARC_PROGRAMS);

/** The two without which nothing is sent: mdsd, and the one through which it connects. */
export const SENDERS: readonly string[] = ['mdsd', 'amacoreagent'];
