/**
 * What an agent asks before it sends anything: `.../agentConfigurations` (what to collect, and where to) and
 * `.../agentConfigurations/{rule}/channels/{channel}/issueIngestionToken`. Paths, answers and refusals as seen by public
 * traffic studies of Azure Monitor Agent and in its troubleshooting guides:
 *
 *   asked at                           machine's endpoint      answer
 *   global handler, private link       none                    403, "Data collection endpoint must be used ..."
 *   global handler                     there is one            421 MisdirectedAgentRequest, naming it
 *   global handler, public side        none                    the configuration
 *   an endpoint's handler              that one                the configuration, if this way is open to it
 *   an endpoint's handler              none, or another        403, 421
 */
import type { AccessTokens } from '../entra/access-tokens.ts';
import { endpointHosts } from '../network/members.ts';
import { sameId } from '../resource-map.ts';
import type { DataCollectionEndpoint, DataCollectionRule, Machine } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { accessTo } from './access.ts';
import { type DataAnswer, type DataCall, pipelineError } from './answers.ts';
import { monitorCaller } from './callers.ts';
import type { IngestionTokens } from './ingestion-tokens.ts';
import { configurationEndpointOf, counterSources, rulesOf, streamTargets } from './rules.ts';

export interface ConfigurationOptions {
  readonly world: World;
  readonly tokens: AccessTokens;
  readonly ingestionTokens: IngestionTokens;
}

interface Asked {
  readonly machine: Machine;
  /** Present when a token is asked for. */
  readonly channel?: { readonly ruleId: string; readonly name: string };
}

const mustUseEndpoint = () =>
  pipelineError(403, 'Forbidden', 'Data collection endpoint must be used to access configuration over private link.');

/** `[locations/{region}]/{machine's ARM id}/agentConfigurations[/{rule}/channels/{channel}/issueIngestionToken]`. */
function askedOf(world: World, call: DataCall): Asked {
  const { segments } = call;
  const start = segments[0]?.toLowerCase() === 'locations' ? 2 : 0;
  const end = segments.findIndex(each => each.toLowerCase() === 'agentconfigurations');
  const machine = end > start ? world.machines.get(`/${segments.slice(start, end).join('/')}`) : undefined;
  if (machine === undefined || call.method !== 'GET') {
    throw pipelineError(404, 'ResourceNotFound', 'There is no such machine.');
  }
  const [ruleId, channels, name, action, ...more] = segments.slice(end + 1);
  if (ruleId === undefined) return { machine };
  if (channels !== 'channels' || name === undefined || action !== 'issueIngestionToken' || more.length > 0) {
    throw pipelineError(404, 'NotFound', 'There is nothing at this path.');
  }
  return { machine, channel: { ruleId, name } };
}

/** Throws unless this handler, by this way, is where the machine gets its configuration. */
function checkHandler(
  world: World,
  call: DataCall,
  machine: Machine,
  handler: DataCollectionEndpoint | undefined,
): void {
  const assigned = world.dataCollectionEndpoints.get(configurationEndpointOf(world, machine.id) ?? '');
  if (assigned === undefined) {
    if (handler !== undefined || call.arrival.kind === 'endpoint') throw mustUseEndpoint();
    return;
  }
  if (handler === undefined || !sameId(handler.id, assigned.id)) {
    const url = `https://${endpointHosts(assigned).handler}`;
    throw pipelineError(
      421,
      'MisdirectedAgentRequest',
      `Agent configuration needs to be acquired from '${url}' endpoint which was configured for this resource.`,
    );
  }
  const access = accessTo(world, call.arrival, {
    resourceId: handler.id,
    publicAccess: handler.publicAccess,
    use: 'ingestion',
    keepsAccessMode: true,
  });
  if (access === 'private link denied') throw mustUseEndpoint();
  if (access !== 'granted')
    throw pipelineError(403, 'Forbidden', `Data collection endpoint '${handler.name}' is closed to public networks.`);
}

/** `ods-{customerId}` of every workspace that a rule's counters flow to, or that it names at all. */
function channelsOf(world: World, rule: DataCollectionRule): readonly string[] {
  const workspaces = streamTargets(world, rule, 'Microsoft-Perf').map(({ workspace }) => workspace.customerId);
  return [...new Set(workspaces)];
}

function configurationOf(world: World, call: DataCall, machine: Machine, rule: DataCollectionRule) {
  const channels = channelsOf(world, rule);
  const query = `operatingLocation=${machine.location}&platform=${machine.osName}&includeMeConfig=true&api-version=2022-06-02`;
  return {
    configurationId: rule.immutableId,
    eTag: `${rule.immutableId}/${encodeURIComponent(rule.etag)}`,
    op: 'added',
    content: {
      dataSources: counterSources(rule).map(source => ({
        configuration: {
          scheduledTransferPeriod: 'PT1M',
          counterSpecifiers: source.counterSpecifiers,
          samplingFrequencyInSeconds: source.samplingFrequencyInSeconds,
        },
        id: source.name,
        kind: 'perfCounter',
        streams: [{ stream: 'LINUX_PERF_BLOB', solution: 'LogManagement' }],
        sendToChannels: channels.map(id => `ods-${id}`),
      })),
      channels: channels.map(id => ({
        endpoint: `https://${id}.ods.opinsights.azure.com`,
        tokenEndpointUri: `https://${call.host}${machine.id}/agentConfigurations/${rule.immutableId}/channels/ods-${id}/issueIngestionToken?${query}`,
        id: `ods-${id}`,
        protocol: 'ods',
      })),
    },
  };
}

/**
 * Answers one call at a handler: that of a data collection endpoint, or the global one (`undefined`). The caller must be
 * the machine itself, by its system identity.
 */
export async function agentConfiguration(
  call: DataCall,
  handler: DataCollectionEndpoint | undefined,
  options: ConfigurationOptions,
): Promise<DataAnswer> {
  const { world } = options;
  call.facts.apiVersion = call.query.get('api-version') ?? '';
  const caller = await monitorCaller(call, options.tokens);
  const { machine, channel } = askedOf(world, call);
  if (!sameId(caller.objectId, machine.principalId)) {
    throw pipelineError(403, 'Forbidden', 'The token is not that of the machine.');
  }
  checkHandler(world, call, machine, handler);
  const rules = rulesOf(world, machine.id);
  if (channel === undefined) {
    return { status: 200, body: { configurations: rules.map(rule => configurationOf(world, call, machine, rule)) } };
  }
  const rule = rules.find(each => each.immutableId === channel.ruleId);
  const customerId = rule === undefined ? undefined : channelsOf(world, rule).find(id => `ods-${id}` === channel.name);
  if (rule === undefined || customerId === undefined) {
    throw pipelineError(
      404,
      'NotFound',
      `There is no channel '${channel.name}' of rule '${channel.ruleId}' for this machine.`,
    );
  }
  const { token, expiresAtMs } = options.ingestionTokens.issue({
    customerId,
    machineId: machine.id,
    ruleId: rule.immutableId,
  });
  const body = { configurationId: rule.immutableId, ingestionAuthToken: token, ingestionTokenExpiryTime: expiresAtMs };
  return { status: 200, body };
}
