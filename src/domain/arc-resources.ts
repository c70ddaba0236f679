/**
 * The private link scope of Azure Arc as plain data: through it the Arc agent of machines is managed. Its private endpoint
 * is like that of Azure Monitor. Beside resources.ts. Pure; any layer may import.
 */
import type { ArmId, ResourceBase, Tags, WantBase } from './resource-base.ts';

/** Regional: a machine joins only one of its own region. Born with its public access open. */
export interface ArcPrivateLinkScopeWant extends WantBase {
  readonly kind: 'arcPrivateLinkScope';
  readonly location: string;
  readonly tags: Tags;
}

export interface ArcPrivateLinkScope extends ResourceBase {
  readonly kind: 'arcPrivateLinkScope';
  readonly location: string;
  readonly tags: Tags;
  /** Public network access: Enabled, Disabled or SecuredByPerimeter. Only read. */
  readonly publicAccess?: string;
  /** The private endpoints that are connected to the scope, whoever made them. */
  readonly endpointIds: readonly ArmId[];
}
