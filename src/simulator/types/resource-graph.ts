/**
 * Microsoft.ResourceGraph/resources, POST at the tenant: queries over everything at once, in pages of at most 1,000 rows.
 * The world is seen as it is now; the real service is seconds behind.
 */
import { randomUUID } from 'node:crypto';
import { isoTime } from '../clock.ts';
import { numberAt, objectAt, stringAt, stringsAt } from '../frame/body.ts';
import { badRequest } from '../frame/errors.ts';
import type { ArmCall, ArmReply, ResourceType } from '../frame/resource-type.ts';
import { GraphError, invalidQuery, unknownTable } from '../graph/errors.ts';
import { parseQuery } from '../graph/parse.ts';
import { apply, type Rows } from '../graph/run.ts';
import { tableNamed } from '../graph/tables.ts';
import { graphVersions } from './api-versions.ts';

const mostRows = 1000;

function answered(call: ArmCall, text: string, types: readonly ResourceType[]): Rows {
  try {
    const query = parseQuery(text);
    const asked = stringsAt(call.body, 'subscriptions').map(id => id.toLowerCase());
    const found = tableNamed(call.world, query.table, { types, caller: call.caller });
    if (found === undefined) throw unknownTable(query.table);
    const isAsked = asked.length === 0 || asked.includes(call.world.subscriptionId.toLowerCase());
    let rows: Rows = isAsked ? found : { ...found, rows: [] };
    for (const operator of query.operators) rows = apply(rows, operator);
    return rows;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw invalidQuery(error, isoTime(call.world.clock.now()), randomUUID());
  }
}

/** Where a page starts: the place in the token, or `$skip`. */
function startOf(options: ReturnType<typeof objectAt>): number {
  const token = stringAt(options, '$skipToken');
  if (token === undefined) return Math.max(0, numberAt(options, '$skip') ?? 0);
  const place = Number(/^rows:(\d+)$/.exec(Buffer.from(token, 'base64').toString('latin1'))?.[1]);
  if (Number.isInteger(place)) return place;
  throw badRequest('BadRequest', 'The skip token is not valid.');
}

const typeNames: Readonly<Record<string, string>> = { number: 'integer', boolean: 'boolean', string: 'string' };

/** The form with columns and rows; the older api-versions give it unless asked otherwise. */
function asTable({ columns, rows }: Rows): unknown {
  return {
    columns: columns.map(name => ({ name, type: typeNames[typeof rows[0]?.get(name)] ?? 'object' })),
    rows: rows.map(row => columns.map(name => row.get(name) ?? null)),
  };
}

function post(call: ArmCall, types: readonly ResourceType[]): ArmReply {
  const text = stringAt(call.body, 'query');
  if (text === undefined || text.trim() === '')
    throw badRequest('BadRequest', "The 'query' of the request is required.");
  const options = objectAt(call.body, 'options');
  const all = answered(call, text, types);
  const start = startOf(options);
  const size = Math.min(mostRows, Math.max(1, numberAt(options, '$top') ?? mostRows));
  const page: Rows = { columns: all.columns, rows: all.rows.slice(start, start + size) };
  const truncated = start + size < all.rows.length;
  const fallback = call.apiVersion < '2021' ? 'table' : 'objectArray';
  const table = (stringAt(options, 'resultFormat') ?? fallback).toLowerCase() === 'table';
  return {
    status: 200,
    body: {
      totalRecords: all.rows.length,
      count: page.rows.length,
      data: table ? asTable(page) : page.rows.map(row => Object.fromEntries(row)),
      facets: [],
      resultTruncated: String(truncated),
      ...(truncated ? { $skipToken: Buffer.from(`rows:${start + size}`).toString('base64') } : {}),
    },
    work: 'graphQuery',
  };
}

/** `types` is asked at each call: what the graph shows is what the registry has. */
export const resourceGraph = (types: () => readonly ResourceType[]): ResourceType => ({
  namespace: 'Microsoft.ResourceGraph',
  name: 'resources',
  apiVersions: graphVersions,
  level: 'tenant',
  action: call => post(call, types()),
});
