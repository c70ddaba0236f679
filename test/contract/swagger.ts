/**
 * Calls to Microsoft.Insights/privateLinkScopes against the swagger of 2023-06-01-preview, by the validator that
 * Microsoft holds its own services to (oav, as a library). It says nothing on status codes that are not described, on
 * missing headers and on open enums: operations.ts does.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly pathsInPayload: readonly string[];
}

interface Verdict {
  readonly errors: readonly Issue[];
  readonly runtimeException?: { readonly message: string };
}

interface Validator {
  initialize(): Promise<void>;
  validateLiveRequestResponse(pair: unknown): Promise<{
    readonly requestValidationResult: Verdict;
    readonly responseValidationResult: Verdict;
    readonly runtimeException?: { readonly message: string };
  }>;
}

// Its typings reach into packages that it does not install; the few members used here are written down above.
const { LiveValidator } = createRequire(import.meta.url)('oav/dist/lib/liveValidation/liveValidator.js') as {
  readonly LiveValidator: new (options: unknown) => Validator;
};

const apiVersion = '2023-06-01-preview';
const swagger = `specification/monitor/resource-manager/Microsoft.Insights/Insights/preview/${apiVersion}/privateLinkScopes.json`;

export interface SwaggerCall {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Undefined for a call without a body; so for an answer. */
  readonly request: unknown;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly response: unknown;
}

export interface SwaggerVerdict {
  readonly request: readonly string[];
  readonly response: readonly string[];
}

export interface Swagger {
  /** Whether the swagger describes the operation, at the api-version that the address asks for; ask only then. */
  describes(method: string, url: string): boolean;
  check(call: SwaggerCall): Promise<SwaggerVerdict>;
  /** Removes its files. */
  close(): void;
}

type Paths = Readonly<Record<string, Record<string, Record<string, unknown>>>>;

/** A copy that the validator can load: it would resolve every example that the file names, and some are not stored. */
function loadableCopy(specs: string): { readonly folder: string; readonly paths: Paths } {
  const folder = mkdtempSync(join(tmpdir(), 'pms-swagger-'));
  const from = join(specs, 'Azure-azure-rest-api-specs');
  const common = 'specification/common-types';
  cpSync(join(from, common), join(folder, common), { recursive: true });
  const document = JSON.parse(readFileSync(join(from, swagger), 'utf8')) as { readonly paths: Paths };
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) delete operation['x-ms-examples'];
  }
  const target = join(folder, swagger);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, JSON.stringify(document));
  return { folder, paths: document.paths };
}

/** `GET` and a pattern of the path for each operation. */
const operationPatterns = (paths: Paths): readonly { readonly method: string; readonly pattern: RegExp }[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`, 'i'),
    })),
  );

const lines = ({ errors, runtimeException }: Verdict): readonly string[] => [
  ...errors.map(({ code, message, pathsInPayload }) => `${pathsInPayload[0] ?? '/'} ${code}: ${message}`),
  ...(runtimeException === undefined ? [] : [`/ ${runtimeException.message}`]),
];

/** Loads the swagger of a folder of descriptions (spec-data.ts); about half a second. */
export async function loadSwagger(specs: string): Promise<Swagger> {
  const { folder, paths } = loadableCopy(specs);
  const operations = operationPatterns(paths);
  const validator = new LiveValidator({
    directory: folder,
    fileRoot: folder,
    swaggerPathsPattern: [swagger],
    git: { shouldClone: false },
    // The SDK sends `/resourcegroups/`, the description says `/resourceGroups/`.
    isPathCaseSensitive: false,
    loadValidatorInInitialize: true,
  });
  await validator.initialize();
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    describes: (method, url) => {
      const { pathname, searchParams } = new URL(url);
      const asked = searchParams.get('api-version') === apiVersion;
      // What the caller broke (`%zz`) the validator cannot read.
      const readable = !/%(?![0-9a-f]{2})/i.test(pathname);
      return asked && readable && operations.some(each => each.method === method && each.pattern.test(pathname));
    },
    check: async call => {
      const query = Object.fromEntries(new URL(call.url).searchParams);
      const { requestHeaders: headers, request: body, method, url } = call;
      const result = await validator.validateLiveRequestResponse({
        liveRequest: { method, url, headers, query, body },
        liveResponse: { statusCode: String(call.status), headers: call.responseHeaders, body: call.response },
      });
      if (result.runtimeException !== undefined) throw new Error(result.runtimeException.message);
      return { request: lines(result.requestValidationResult), response: lines(result.responseValidationResult) };
    },
    close,
  };
}
