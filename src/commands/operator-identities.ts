/**
 * The identities of the operator put together: its own, and those that namespaces bring. src/commands/operator-run.ts
 * alone uses it.
 */
import { type AzureOptions, createAzure } from '../azure/azure.ts';
import type { OperatorConfig } from '../config/operator.ts';
import { createIdentities } from '../controller/identities.ts';
import type { Kubernetes } from '../kubernetes/kubernetes.ts';
import type { Azure } from '../ports.ts';
import type { Identities } from '../ports-identity.ts';

export interface IdentityParts {
  /** Those of the operator's own adapter. */
  readonly options: AzureOptions;
  readonly kubernetes: Pick<Kubernetes, 'namespace' | 'credentials'>;
}

/** `global` is Azure as the operator itself. Another identity shares with it where Azure is, and no credential. */
export function identitiesOf(
  config: OperatorConfig,
  global: Azure,
  { options, kubernetes }: IdentityParts,
): Identities {
  const { namespaces = [kubernetes.namespace], allowed } = config.globalIdentity;
  const { clientSecret: _, federatedTokenFile: __, ...place } = options.settings;
  return createIdentities({
    global,
    rules: { namespaces, ...(allowed === undefined ? {} : { allowed }) },
    credentials: kubernetes.credentials,
    clock: options.clock,
    connect: identity => createAzure({ ...options, settings: { ...place, ...identity } }),
  });
}
