/**
 * A PrivateMonitoringScope from a YAML text, as `kubectl create` and the API server would take it: read, validated by
 * the CRD's schema and rules, defaults filled in. Imports src/domain only; the commands import it.
 */
import { parseAllDocuments } from 'yaml';
import { GROUP, KIND, type ObjectKey, type Spec, VERSION } from '../domain/object.ts';
import { isMap, readCrdSchema } from './crd-schema.ts';
import { brokenRules } from './rules.ts';
import { checkStructure } from './structure.ts';

/** What `kubectl create` sends: validated, defaults filled in. */
export interface NewObject {
  readonly metadata: ObjectKey & { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: Spec;
}

/** The text is not an object that the API server would take. One line a problem, each with its field. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(problems: readonly string[]) {
    super(problems.join('\n  '));
  }
}

const API_VERSION = `${GROUP}/${VERSION}`;
const DEFAULT_NAMESPACE = 'default';
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The one object of the text. Throws ManifestError. */
export async function parseManifest(text: string): Promise<NewObject> {
  const document = readDocument(text);
  const header = headerProblems(document);
  if (header.length > 0) throw new ManifestError(header);
  const schema = await readCrdSchema();
  const { value, problems, blocksRules } = checkStructure(schema, document);
  const unnamed = metadataProblems(document);
  const broken = blocksRules || unnamed.length > 0 ? [] : brokenRules(schema, value);
  const all = [...unnamed, ...problems, ...broken];
  if (all.length > 0) throw new ManifestError([...new Set(all)]);
  const { metadata, spec } = value as { metadata: Metadata; spec: Spec };
  const { name, namespace = DEFAULT_NAMESPACE, annotations = {} } = metadata;
  return { metadata: { name, namespace, annotations }, spec };
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function readDocument(text: string): unknown {
  // An alias that is expanded without end would fill the memory: the library's limit stands.
  const documents = parseAllDocuments(text);
  const list = Array.isArray(documents) ? documents : [];
  const mistakes = list.flatMap(document =>
    document.errors.map(error => error.message.split('\n')[0]?.replace(/:$/, '') ?? ''),
  );
  if (mistakes.length > 0) throw new ManifestError(mistakes.map(mistake => `not YAML: ${mistake}`));
  const objects = list.map(document => document.toJS() as unknown).filter(object => object !== null);
  if (objects.length !== 1) throw new ManifestError([`one ${KIND} is expected, there are ${objects.length} objects`]);
  return objects[0];
}

function headerProblems(document: unknown): readonly string[] {
  if (!isMap(document)) return [`a ${KIND} is expected, this is not a map`];
  const { kind, apiVersion } = document;
  return [
    ...(kind === KIND ? [] : [`kind: must be ${KIND}, not ${JSON.stringify(kind)}`]),
    ...(apiVersion === API_VERSION ? [] : [`apiVersion: must be ${API_VERSION}, not ${JSON.stringify(apiVersion)}`]),
  ];
}

/** What Kubernetes asks of every object; the CRD has no say in it. */
function metadataProblems(document: unknown): readonly string[] {
  const metadata = isMap(document) ? document.metadata : undefined;
  if (!isMap(metadata)) return ['metadata: Required value'];
  const { name, namespace } = metadata;
  const texts = ['annotations', 'labels'].flatMap(field => textProblems(metadata[field], `metadata.${field}`));
  return [
    ...(name === undefined ? ['metadata.name: Required value'] : formProblems('metadata.name', name, SUBDOMAIN)),
    ...(namespace === undefined || namespace === null ? [] : formProblems('metadata.namespace', namespace, LABEL)),
    ...texts,
  ];
}

const formProblems = (field: string, value: unknown, form: RegExp): readonly string[] =>
  typeof value === 'string' && form.test(value)
    ? []
    : [`${field}: must be lower-case letters, digits and hyphens, not ${JSON.stringify(value)}`];

function textProblems(value: unknown, field: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!isMap(value)) return [`${field}: must be a map`];
  return Object.entries(value).flatMap(([key, one]) =>
    typeof one === 'string' ? [] : [`${field}.${key}: must be a text, not ${JSON.stringify(one)}`],
  );
}
