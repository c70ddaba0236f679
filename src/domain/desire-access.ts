/**
 * From the spec to the public accesses that it states. Pure; src/domain/desire.ts alone imports it.
 */
import type { AccessKind, AccessWant } from './access.ts';
import type { PmsObject } from './object.ts';

/** Made or adopted: its access may be closed either way. */
type Closable<K extends AccessKind> = Pick<AccessWant, 'key' | 'id' | 'name'> & { readonly kind: K };

interface Closables {
  /** In the order of the spec: an adopted one has its name in Azure, which may be another item's. */
  readonly workspaces: readonly Closable<'workspace'>[];
  /** In the order of the spec too. */
  readonly components: readonly Closable<'component'>[];
  /** In the order of the spec too. */
  readonly collectors: readonly Closable<'dataCollectionEndpoint'>[];
  readonly scope: Closable<'privateLinkScope'>;
}

/** The resources whose access the spec states, in the order in which they are closed. */
export function wantAccess(
  { spec }: PmsObject,
  { workspaces, components, collectors, scope }: Closables,
): readonly AccessWant[] {
  const of = ({ kind, key, id, name }: Closable<AccessKind>, access: AccessWant['access'] = {}) =>
    access.ingestion === undefined && access.query === undefined ? [] : [{ kind, key, id, name, access }];
  return [
    ...workspaces.flatMap((item, index) => of(item, spec.workspaces[index]?.isolation)),
    ...components.flatMap((item, index) => of(item, spec.applicationInsights?.[index]?.isolation)),
    ...collectors.flatMap((item, index) => of(item, endpointAccess(spec.dataCollection?.endpoints[index]))),
    ...of(scope, spec.privateLinkScope?.accessModes),
  ];
}

/** One switch for all that an endpoint does: it stands for ingestion here. */
const endpointAccess = (item: { readonly publicNetworkAccess?: string } = {}): AccessWant['access'] =>
  item.publicNetworkAccess === undefined ? {} : { ingestion: item.publicNetworkAccess };
