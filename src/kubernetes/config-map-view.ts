/**
 * A ConfigMap as the API server sends it -> as the DNS targets see it. Pure; src/kubernetes only.
 */
import type { ConfigMapView } from '../ports-dns.ts';
import { type RawObject, recordAt, recordsAt, textAt, textsAt } from './raw-object.ts';

/** Throws a TypeError for what is no stored object. */
export function readConfigMap(raw: RawObject): ConfigMapView {
  const metadata = recordAt(raw, 'metadata');
  const resourceVersion = textAt(metadata, 'resourceVersion');
  if (!resourceVersion) throw new TypeError('a ConfigMap without metadata.resourceVersion');
  const data = textsAt(raw, 'data');
  return {
    resourceVersion,
    immutable: raw.immutable === true,
    annotations: textsAt(metadata, 'annotations'),
    owners: recordsAt(metadata, 'ownerReferences').flatMap(owner => textAt(owner, 'uid') ?? []),
    data,
    dataManagers: managersOf(metadata, Object.keys(data)),
    bytes: sizeOf(data, Buffer.byteLength) + sizeOf(textsAt(raw, 'binaryData'), decodedLength),
  };
}

/** Each entry of managedFields lists what its manager owns as a set of nested `f:` keys ("Server-Side Apply"). */
function managersOf(metadata: RawObject, keys: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const owned = recordsAt(metadata, 'managedFields').map(entry => ({
    manager: textAt(entry, 'manager') ?? '',
    fields: recordAt(recordAt(entry, 'fieldsV1'), 'f:data'),
  }));
  return Object.fromEntries(
    keys.map(key => {
      const managers = owned.filter(({ fields }) => `f:${key}` in fields).map(({ manager }) => manager);
      return [key, [...new Set(managers)]];
    }),
  );
}

const sizeOf = (values: Readonly<Record<string, string>>, length: (value: string) => number): number =>
  Object.entries(values).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + length(value), 0);

/** Of base64: what the API server counts are the bytes that it stands for. */
const decodedLength = (base64: string): number => Buffer.byteLength(base64, 'base64');
