/**
 * What `pms import` is asked to read, from its flags, and how to reach Azure. The command imports it.
 */
import type { AzureFlags } from './azure.ts';
import { readWholeAzure, type WholeAzureConfig } from './data-plane.ts';
import { type Report, readAll } from './problems.ts';

/** As commander hands them over: strings, or absent. */
export interface ImportFlags extends AzureFlags {
  readonly resourceGroup?: string;
  readonly scopeId?: string;
  readonly subscription?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A whole resource group, or one scope wherever it is. */
export type ImportSource =
  | { readonly is: 'Group'; readonly subscriptionId: string; readonly resourceGroup: string }
  | { readonly is: 'Scope'; readonly id: string };

export interface ImportConfig {
  readonly azure: WholeAzureConfig;
  readonly source: ImportSource;
  readonly namespace?: string;
  readonly name?: string;
}

const SUBSCRIPTION = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SCOPE_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Insights\/privateLinkScopes\/[^/]+$/i;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The whole configuration. Throws `ConfigError` that names every flag and variable that is wrong. */
export const readImport = (flags: ImportFlags): ImportConfig =>
  readAll(report => {
    const { namespace, name } = flags;
    const source = sourceOf(flags, report);
    for (const [flag, value] of Object.entries({ namespace, name })) {
      if (value !== undefined && !LABEL.test(value)) {
        report(`--${flag} is ${JSON.stringify(value)}: it must be a Kubernetes name of at most 63 characters`);
      }
    }
    return {
      azure: readWholeAzure(flags, undefined, report),
      source,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    };
  });

function sourceOf({ resourceGroup, scopeId, subscription }: ImportFlags, report: Report): ImportSource {
  if ((resourceGroup === undefined) === (scopeId === undefined)) {
    report('--resource-group RG or --scope-id ID is needed, and not both');
  }
  if (scopeId !== undefined) {
    if (!SCOPE_ID.test(scopeId)) {
      report(`--scope-id is ${JSON.stringify(scopeId)}: \`az monitor private-link-scope show --query id\` prints it`);
    }
    return { is: 'Scope', id: scopeId };
  }
  if (subscription === undefined || !SUBSCRIPTION.test(subscription)) {
    report('--subscription (AZURE_SUBSCRIPTION_ID) is needed: `az account show --query id` prints it');
  }
  return { is: 'Group', subscriptionId: subscription ?? '', resourceGroup: resourceGroup ?? '' };
}
