/**
 * The ConfigMap that the shipped configuration, deploy/operator.yaml, has the operator write: what the CoreDNS of a test
 * must be fed from. Used by test/env/cluster.ts and the end-to-end tests.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

const shippedFile = join(import.meta.dirname, '../../deploy/operator.yaml');

export interface ShippedTarget {
  readonly namespace: string;
  readonly configMap: string;
}

/** Place of the records of the first target. Throws when the file names none. */
export async function shippedTarget(): Promise<ShippedTarget> {
  const { targets } = parse(await readFile(shippedFile, 'utf8')) as { targets?: readonly Partial<ShippedTarget>[] };
  const { namespace, configMap } = targets?.[0] ?? {};
  if (!namespace || !configMap) throw new Error(`${shippedFile}: its first target names no ConfigMap`);
  return { namespace, configMap };
}
