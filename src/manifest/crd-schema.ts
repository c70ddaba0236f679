/**
 * The CRD's schema as far as this program reads it, and the ways over it that its readers share. Pure but for the read
 * of the package's own file. src/manifest only.
 */
import { parse } from 'yaml';
import { VERSION } from '../domain/object.ts';
import { CRD_FILE, readPackageFile } from './package-file.ts';

export interface CrdRule {
  readonly rule: string;
  readonly message: string;
  /** CEL that gives the message. */
  readonly messageExpression?: string;
  readonly fieldPath?: string;
}

/** One node of the structural schema. */
export interface CrdSchema {
  readonly type: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly items?: CrdSchema;
  readonly additionalProperties?: CrdSchema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly CrdRule[];
}

/** A value with the schema that is about it. */
export interface Place {
  /** `spec.workspaces[0].name`; empty at the root. */
  readonly path: string;
  readonly schema: CrdSchema;
  readonly value: unknown;
}

/** The schema that the API server would validate with. */
export async function readCrdSchema(): Promise<CrdSchema> {
  const crd = parse(await readPackageFile(CRD_FILE)) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: CrdSchema } }[] };
  };
  const version = crd.spec.versions.find(({ name }) => name === VERSION);
  if (version === undefined) throw new TypeError(`${CRD_FILE} has no version ${VERSION}`);
  return version.schema.openAPIV3Schema;
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The values below a place that the schema describes. */
export function childrenOf({ path, schema, value }: Place): readonly Place[] {
  const { items, properties = {}, additionalProperties: values } = schema;
  if (Array.isArray(value)) {
    return items ? value.map((item, index) => ({ path: `${path}[${index}]`, schema: items, value: item })) : [];
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const described = properties[name] ?? values;
    return described && child !== undefined ? [{ path: fieldOf(path, name), schema: described, value: child }] : [];
  });
}

/** A place and all that is below it, parents first. */
export const placesIn = (place: Place): readonly Place[] => [place, ...childrenOf(place).flatMap(placesIn)];
