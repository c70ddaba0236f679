/**
 * A PrivateMonitoringScope as the API server sends it -> as the pass sees it: the part of the metadata that a pass needs
 * (managedFields alone can outweigh the rest, and so can kubectl's last-applied-configuration), spec and status as they
 * are. src/kubernetes only.
 */
import { GROUP, type PmsObject, type Spec, type Status } from '../domain/object.ts';
import { type RawObject, recordAt, textAt, textsAt } from './raw-object.ts';

/**
 * The API server has checked spec and status against the schema that their types are generated from, so they are taken
 * at their word. Throws a TypeError for what is no stored object.
 */
export function readPms(raw: RawObject): PmsObject {
  const metadata = recordAt(raw, 'metadata');
  const { generation, finalizers } = metadata;
  const deletionTimestamp = textAt(metadata, 'deletionTimestamp');
  const required = (field: string): string => {
    const value = textAt(metadata, field);
    if (!value) throw new TypeError(`an object without metadata.${field}`);
    return value;
  };
  return {
    metadata: {
      namespace: required('namespace'),
      name: required('name'),
      uid: required('uid'),
      resourceVersion: required('resourceVersion'),
      generation: typeof generation === 'number' ? generation : 0,
      creationTimestamp: required('creationTimestamp'),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      finalizers: Array.isArray(finalizers) ? finalizers.filter(one => typeof one === 'string') : [],
      annotations: ours(textsAt(metadata, 'annotations')),
    },
    spec: recordAt(raw, 'spec') as unknown as Spec,
    status: recordAt(raw, 'status') as Status,
  };
}

/** Those that mean something to a pass. */
const ours = (annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => name.startsWith(`${GROUP}/`)));
