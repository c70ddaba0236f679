/**
 * Installs CRD files into the test API server and waits until their resources are served. Used by control-plane.ts.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ApiClient, applyPatch, succeeded } from './api-client.ts';
import { eventually } from './eventually.ts';

const crdsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

/** Applies every *.yaml of `directory` (none when it is absent); resolves when each is Established, listed and explained. */
export async function installCrds(client: ApiClient, directory: string, signal: AbortSignal): Promise<void> {
  const files = (await readdir(directory).catch(() => [])).filter(file => file.endsWith('.yaml'));
  for (const file of files.sort()) {
    const crd = parse(await readFile(join(directory, file), 'utf8')) as Crd;
    const path = `${crdsPath}/${crd.metadata.name}`;
    const reply = await client.request('PATCH', `${path}?fieldManager=pms-test&force=true`, crd, applyPatch);
    succeeded(reply, `applying ${file}`);
    await eventually(`${crd.metadata.name} is Established`, async () => isEstablished(client, path), { signal });
    await eventually(`${crd.metadata.name} is served`, async () => isServed(client, crd), { signal });
    await eventually(`${crd.metadata.name} is in OpenAPI`, async () => isInOpenApi(client, crd), { signal });
  }
}

async function isEstablished(client: ApiClient, path: string): Promise<boolean> {
  const { body } = await client.request('GET', path);
  const conditions: { type: string; status: string }[] = body.status?.conditions ?? [];
  return conditions.some(condition => condition.type === 'Established' && condition.status === 'True');
}

async function isServed(client: ApiClient, { spec }: Crd): Promise<boolean> {
  const paths = spec.versions.map(version => `/apis/${spec.group}/${version.name}/${spec.names.plural}?limit=1`);
  const replies = await Promise.all(paths.map(path => client.request('GET', path)));
  return replies.every(reply => reply.status === 200);
}

/** `kubectl explain` and strict field validation read the OpenAPI documents, which follow some moments later. */
async function isInOpenApi(client: ApiClient, { spec }: Crd): Promise<boolean> {
  const index = await client.request('GET', '/openapi/v3');
  const documents = spec.versions.map(version => `apis/${spec.group}/${version.name}`);
  if (!documents.every(document => document in (index.body.paths ?? {}))) return false;
  const replies = await Promise.all(documents.map(document => client.request('GET', `/openapi/v3/${document}`)));
  return replies.every(({ body }) =>
    Object.keys(body.paths ?? {}).some(path => path.endsWith(`/${spec.names.plural}/{name}`)),
  );
}
