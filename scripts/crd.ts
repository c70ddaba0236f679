/**
 * The CRD as the generators read it: a structural schema with the Kubernetes extensions. Types only; scripts import it.
 */

/** A node of a CRD's openAPIV3Schema: JSON schema, and the Kubernetes extensions. */
export interface CrdSchema {
  readonly [keyword: string]: unknown;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly required?: readonly string[];
  readonly items?: CrdSchema;
  readonly additionalProperties?: boolean | CrdSchema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

export interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
    }[];
  };
}
