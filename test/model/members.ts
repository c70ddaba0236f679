/**
 * Members of a private endpoint to a scope, with the names that Azure puts on them. Source: facts ampls 2.3.
 */
export const OWN_MEMBERS = [
  ['oms', 'oms.opinsights.azure.com'],
  ['ods', 'ods.opinsights.azure.com'],
  ['agent', 'agentsvc.azure-automation.net'],
] as const;

export const SHARED_MEMBERS = [
  ['api', 'api.monitor.azure.com'],
  ['global.in.ai', 'global.in.ai.monitor.azure.com'],
  ['profiler', 'profiler.monitor.azure.com'],
  ['live', 'live.monitor.azure.com'],
  ['diagservicesquery', 'diagservices-query.monitor.azure.com'],
  ['snapshot', 'snapshot.monitor.azure.com'],
  ['agentsolutionpackstore', 'scadvisorcontentpl.blob.core.windows.net'],
  ['dce-global', 'global.handler.control.monitor.azure.com'],
] as const;
