/**
 * What the simulated Azure remembers beside the resources themselves: who may do what, locks, policies, which providers
 * are registered. Plain data without behaviour; the rules are in frame/.
 */

/** What a principal may do at a scope and below it. */
export interface RoleAssignment {
  readonly id: string;
  readonly clientId: string;
  /** ARM id of a subscription, group or resource. */
  readonly scope: string;
  readonly roleName: string;
  /** With `*` for any characters, as role definitions have them. */
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

export type LockLevel = 'CanNotDelete' | 'ReadOnly';

/** Microsoft.Authorization/locks. */
export interface Lock {
  readonly id: string;
  readonly name: string;
  /** ARM id of what it locks, as it was asked. */
  readonly scope: string;
  readonly level: LockLevel;
  readonly notes?: string;
  readonly createdBy: string;
  readonly createdAtMs: number;
}

export type PolicyOperator = 'Equals' | 'NotEquals' | 'In' | 'NotIn' | 'Like' | 'NotLike' | 'Exists';

/** A policy assignment with the effect `deny`. */
export interface PolicyDenial {
  /** ARM id of the assignment. */
  readonly id: string;
  readonly displayName: string;
  readonly definitionId: string;
  readonly scope: string;
  readonly resourceType: string;
  /** Undefined: every resource of the type is denied. */
  readonly condition?: {
    /** Path in the body, e.g. `location`, `tags.owner`, `properties.publicNetworkAccessForQuery`. */
    readonly field: string;
    readonly operator: PolicyOperator;
    readonly value: string | readonly string[];
  };
}

/** The state of a resource provider in the subscription. */
export interface ProviderRegistration {
  /** The namespace. */
  readonly id: string;
  readonly state: 'Registered' | 'Registering' | 'NotRegistered' | 'Unregistering';
}

/** The subscription itself. */
export interface SubscriptionFacts {
  readonly displayName: string;
  readonly state: 'Enabled' | 'Warned' | 'PastDue' | 'Disabled';
}
