/**
 * The errors that Azure Resource Manager itself answers, with its codes and wording (seen in recorded traffic and in
 * public issue threads). Errors of a single resource type are made where they are thrown. Any file may import it.
 */

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly unknown[];
  readonly additionalInfo?: readonly unknown[];
}

/** Thrown by any part of the frame or of a type; the frame turns it into `{"error": {...}}`. */
export class ArmError extends Error {
  readonly status: number;
  /** Undefined: the answer has no body at all. */
  readonly body: ErrorBody | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: ErrorBody | undefined, headers: Readonly<Record<string, string>> = {}) {
    super(body === undefined ? `HTTP ${status}` : `${body.code}: ${body.message}`);
    this.name = 'ArmError';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The header of an answer that the gateway gave without asking the provider. */
const gateway = { 'x-ms-failure-cause': 'gateway' } as const;

export const gatewayError = (status: number, code: string, message: string): ArmError =>
  new ArmError(status, { code, message }, gateway);

export const badRequest = (code: string, message: string, target?: string): ArmError =>
  new ArmError(400, { code, message, ...(target === undefined ? {} : { target }) });

export const conflict = (code: string, message: string): ArmError => new ArmError(409, { code, message });

/** Errors of Microsoft.Network always carry `details`. */
export const networkError = (status: number, code: string, message: string): ArmError =>
  new ArmError(status, { code, message, details: [] });

/**
 * What a resource of the network provider cannot refer to yet, or any more (wording: terraform-provider-azurerm#30197;
 * that it is refused at once, with 409, is assumed).
 */
export const notProvisioned = (
  used: { readonly id: string; readonly state: string },
  by: string,
  operation: string,
): ArmError =>
  networkError(
    409,
    'ReferencedResourceNotProvisioned',
    `Cannot proceed with operation because resource ${used.id} used by resource ${by} is not in Succeeded state. Resource is in ${used.state} state and the last operation that updated/is updating the resource is ${operation}.`,
  );

/** `resource` is namespace, types and names as they were asked, e.g. `microsoft.insights/privateLinkScopes/x`. */
export const resourceNotFound = (resource: string, resourceGroup: string): ArmError =>
  gatewayError(
    404,
    'ResourceNotFound',
    `The Resource '${resource}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

export const resourceGroupNotFound = (name: string): ArmError =>
  gatewayError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);

export const parentNotFound = (verb: string, types: string, parentId: string): ArmError =>
  gatewayError(
    404,
    'ParentResourceNotFound',
    `Failed to perform '${verb}' on resource(s) of type '${types}', because the parent resource '${parentId}' could not be found.`,
  );

export const subscriptionNotFound = (id: string): ArmError =>
  gatewayError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);

export const invalidSubscriptionId = (id: string): ArmError =>
  gatewayError(400, 'InvalidSubscriptionId', `The provided subscription identifier '${id}' is malformed or invalid.`);

export const missingApiVersion = (): ArmError =>
  gatewayError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );

export const invalidContent = (reason: string): ArmError =>
  gatewayError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${reason}'.`,
  );

export const locationRequired = (): ArmError =>
  gatewayError(400, 'LocationRequired', 'The location property is required for this definition.');

export const otherLocation = (name: string, group: string, found: string, asked: string): ArmError =>
  gatewayError(
    409,
    'InvalidResourceLocation',
    `The resource '${name}' already exists in location '${found}' in resource group '${group}'. A resource with the same name cannot be created in location '${asked}'. Please select a new resource name.`,
  );
