/**
 * What the simulated Azure remembers of machines and of what is collected from them: Azure Arc, data collection,
 * Application Insights. Plain data, as in resources.ts.
 */
import type { Named, PublicAccess, Stamps, Tags } from './resources.ts';

export interface DataCollectionEndpoint extends Named {
  readonly location: string;
  readonly tags?: Tags;
  /** `Linux`, `Windows`, or for both. */
  readonly kind?: string;
  readonly description?: string;
  readonly immutableId: string;
  /** The four characters between the endpoint's name and its region in its host names. */
  readonly suffix: string;
  readonly publicAccess: PublicAccess;
  readonly etag: string;
  readonly stamps: Stamps;
}

export interface DataCollectionRule extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly kind?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly immutableId: string;
  readonly etag: string;
  readonly stamps: Stamps;
  /** As asked: `dataCollectionEndpointId`, `dataSources`, `destinations`, `dataFlows`, ... */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a machine collects, or where it gets its configuration: of rule and endpoint there is exactly one. */
export interface RuleAssociation extends Named {
  /** ARM id of the machine, in the letter case in which it was asked. */
  readonly machineId: string;
  readonly ruleId?: string;
  readonly endpointId?: string;
  readonly description?: string;
  readonly etag: string;
  readonly stamps: Stamps;
}

/** Application Insights. */
export interface Component extends Named {
  readonly location: string;
  readonly tags: Tags;
  readonly kind: string;
  readonly appId: string;
  readonly instrumentationKey: string;
  readonly etag: string;
  readonly createdAtMs: number;
  readonly ingestion: PublicAccess;
  readonly query: PublicAccess;
  /** `Application_Type`, `Flow_Type`, `Request_Source`, `RetentionInDays`, `WorkspaceResourceId`, as asked. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A machine of Azure Arc. Without `agent` nobody has reported for it yet. */
export interface Machine extends Named {
  readonly location: string;
  readonly tags: Tags;
  readonly vmId: string;
  /** Object id of its system identity. */
  readonly principalId: string;
  readonly clientPublicKey: string;
  readonly osName: 'linux' | 'windows';
  readonly state: 'Updating' | 'Succeeded';
  /** Undefined: never set. Empty: left a scope. */
  readonly privateLinkScopeId?: string;
  readonly agent?: {
    readonly version: string;
    readonly status: 'Connected' | 'Disconnected';
    readonly lastChangeAtMs: number;
    readonly computerName: string;
    /** What it has reported of the machine, in ARM's fields: `osVersion`, `machineFqdn`, `networkProfile`, ... */
    readonly facts: Readonly<Record<string, unknown>>;
  };
  /** How the machine's own DNS answers: with private endpoints' addresses where there are any, or only with public ones. */
  readonly resolves?: 'Private' | 'Public';
  /** `osProfile`, as reported and patched. */
  readonly osProfile: Readonly<Record<string, unknown>>;
}

export interface MachineExtension extends Named {
  readonly machineId: string;
  readonly location: string;
  readonly tags?: Tags;
  readonly publisher: string;
  readonly type: string;
  readonly typeHandlerVersion: string;
  readonly autoUpgradeMinorVersion: boolean;
  readonly enableAutomaticUpgrade: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly state: 'Creating' | 'Updating' | 'Succeeded' | 'Failed' | 'Deleting';
}

/** A private link scope of Azure Arc. */
export interface HybridScope extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly scopeGuid: string;
  readonly publicAccess: PublicAccess;
}
