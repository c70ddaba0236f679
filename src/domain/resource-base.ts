/**
 * What all resources have in common. src/domain/resources.ts and zone-resources.ts build on it; others import it from
 * resources.ts. Pure.
 */

/** An ARM resource id. Compared without case (`sameId`), printed as Azure or the user wrote it. */
export type ArmId = string;

/** What happens to a created resource when it is no longer wanted. */
export type Policy = 'Retain' | 'Delete';

export type Tags = Readonly<Record<string, string>>;

export interface WantBase {
  /** Stable name of the resource inside one object: `workspace/law-a`, `privateEndpoint`. Key of the inventory. */
  readonly key: string;
  readonly id: ArmId;
  readonly name: string;
  readonly policy: Policy;
}

export interface ResourceBase {
  readonly id: ArmId;
  readonly name: string;
  /** ARM's `provisioningState`, as sent: Succeeded, Creating, Updating, Provisioning, Deleting, Failed, Canceled... */
  readonly provisioningState: string;
}

/** A fully qualified domain name (lower case, no trailing dot) and the addresses it stands for. */
export interface NamedAddresses {
  readonly fqdn: string;
  readonly addresses: readonly string[];
}

/** One link as what it links sees it. */
export interface LinkView {
  /** Id of the link: of the scoped resource below its scope. */
  readonly linkId: ArmId;
  /** The scope's GUID, not its ARM id. */
  readonly scopeGuid?: string;
}
