/**
 * Which resource types the type data of bicep-types-az describes, and their validators. Compiled when first asked for:
 * the Network file alone takes half a second.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { actionSchema, type BicepType, definitions, type Mode, resourceSchema } from './bicep-schema.ts';

/** Says what is wrong with a body, one line each: `/properties/subnet must be object`. */
export type BodyCheck = (body: unknown) => readonly string[];

export interface DescribedTypes {
  /** The check of a resource's body; undefined for a type or an api-version that no data is there for. */
  resource(type: string, apiVersion: string, mode: Mode): BodyCheck | undefined;
  /** The check of what an action answers, the type being `workspaces/sharedKeys`. */
  action(type: string): BodyCheck | undefined;
}

interface Source {
  /** Below `bicep-types-az/generated`. */
  readonly folder: string;
  readonly types: readonly string[];
  /** The first api-version that the data is used for; older ones had other bodies. */
  readonly since: string;
}

const records = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'SOA', 'SRV', 'TXT'];

/**
 * Newest first where two describe one type. The Network data is of 2025-09-01: what the SDK sends (2026-01-01) has no
 * published data, and for what is used here the properties are those of 2025-05-01 still (azure-sdk facts, 4).
 */
const sources: readonly Source[] = [
  {
    folder: 'network/microsoft.network/2025-09-01',
    since: '2024-01-01',
    types: [
      'privateEndpoints',
      'privateEndpoints/privateDnsZoneGroups',
      'networkInterfaces',
      'networkSecurityGroups',
      'virtualNetworks',
      'virtualNetworks/subnets',
    ].map(name => `Microsoft.Network/${name}`),
  },
  {
    folder: 'privatedns/microsoft.network/2024-06-01',
    since: '2018-09-01',
    types: ['', '/virtualNetworkLinks', ...records.map(name => `/${name}`)].map(
      name => `Microsoft.Network/privateDnsZones${name}`,
    ),
  },
  {
    folder: 'operationalinsights/microsoft.operationalinsights/2025-07-01',
    since: '2022-10-01',
    types: ['Microsoft.OperationalInsights/workspaces'],
  },
  {
    folder: 'monitor_1/microsoft.insights/2024-03-11',
    since: '2022-06-01',
    types: ['dataCollectionEndpoints', 'dataCollectionRules', 'dataCollectionRuleAssociations'].map(
      name => `Microsoft.Insights/${name}`,
    ),
  },
  ...['2023-06-01-preview', '2021-07-01-preview'].map(version => ({
    folder: `monitor_1/microsoft.insights/${version}`,
    since: version,
    types: ['', '/scopedResources', '/privateEndpointConnections', '/privateLinkResources'].map(
      name => `Microsoft.Insights/privateLinkScopes${name}`,
    ),
  })),
];

/** Every type that is described here, as the descriptions write it. */
export const describedTypes: readonly string[] = [...new Set(sources.flatMap(({ types }) => types))];

const actions = ['Microsoft.OperationalInsights/workspaces/sharedKeys'] as const;

function line({ instancePath, keyword, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  if (keyword === 'false schema')
    return `${instancePath} must not be there (read-only in a request, write-only in an answer)`;
  if (additionalProperty !== undefined) return `${instancePath}/${additionalProperty} is not described`;
  return `${instancePath === '' ? '/' : instancePath} ${message}`;
}

const bodyCheck =
  (validate: ValidateFunction): BodyCheck =>
  body =>
    validate(body) ? [] : [...new Set((validate.errors ?? []).map(line))];

/** The types of a folder of descriptions (spec-data.ts). */
export function createDescribedTypes(specs: string): DescribedTypes {
  const files = new Map<string, readonly BicepType[]>();
  const checks = new Map<string, BodyCheck>();

  const typesOf = (folder: string): readonly BicepType[] => {
    const known = files.get(folder);
    if (known !== undefined) return known;
    const path = join(specs, 'bicep-types-az/generated', folder, 'types.json');
    const types = JSON.parse(readFileSync(path, 'utf8')) as readonly BicepType[];
    files.set(folder, types);
    return types;
  };

  // One compiler a file and mode: the definitions are shared by all its resource types.
  const compilers = new Map<string, Ajv>();
  const compilerFor = (folder: string, mode: Mode): Ajv => {
    const key = `${folder} ${mode}`;
    const known = compilers.get(key);
    if (known !== undefined) return known;
    const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
    ajv.addSchema({ $id: 'types', $defs: definitions(typesOf(folder), mode) });
    compilers.set(key, ajv);
    return ajv;
  };

  const compiled = (source: Source, mode: Mode, key: string, schema: object | undefined): BodyCheck => {
    if (schema === undefined) throw new Error(`${key} is not in the type data of ${source.folder}`);
    const known = checks.get(`${source.folder} ${mode} ${key}`);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"types#/$defs/');
    const check = bodyCheck(compilerFor(source.folder, mode).compile(JSON.parse(text)));
    checks.set(`${source.folder} ${mode} ${key}`, check);
    return check;
  };

  const sourceOf = (type: string, apiVersion: string): Source | undefined =>
    sources.find(({ types, since }) => apiVersion >= since && types.some(each => each.toLowerCase() === type));

  return {
    resource: (type, apiVersion, mode) => {
      const wanted = type.toLowerCase();
      const source = sourceOf(wanted, apiVersion);
      if (source === undefined) return undefined;
      return compiled(source, mode, wanted, resourceSchema(typesOf(source.folder), wanted, mode));
    },
    action: type => {
      const known = actions.find(each => each.toLowerCase() === type.toLowerCase());
      const name = known?.split('/').at(-1) ?? '';
      const parent = known?.slice(0, -name.length - 1) ?? '';
      const source = sourceOf(parent.toLowerCase(), '9999');
      if (known === undefined || source === undefined) return undefined;
      return compiled(source, 'response', known, actionSchema(typesOf(source.folder), parent, name));
    },
  };
}
