/**
 * Microsoft.Network/privateDnsZones/{record type}: record sets, written at once, with ETags; `ALL` lists them whatever
 * their type. Those that zone groups write stand among them and cannot be told apart but by their metadata.
 */
import { randomUUID } from 'node:crypto';
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from '../frame/body.ts';
import { badRequest, networkError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { checkStays } from '../network/going.ts';
import { recordSetsOf } from '../network/zone-records.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateDnsZone, RecordSet } from '../resources.ts';
import { privateDnsVersions } from './api-versions.ts';
import { listReply } from './call-kit.ts';
import { findZone } from './private-dns-zones.ts';

/** The field that holds the records of each type; a CNAME set has one record, not a list. */
const fields: Readonly<Record<string, string>> = {
  A: 'aRecords',
  AAAA: 'aaaaRecords',
  CNAME: 'cnameRecord',
  MX: 'mxRecords',
  PTR: 'ptrRecords',
  SRV: 'srvRecords',
  TXT: 'txtRecords',
};

/** The members of one record that are texts and numbers; TXT has a list of texts, `value`. */
const texts = ['ipv4Address', 'ipv6Address', 'cname', 'exchange', 'ptrdname', 'target'];
const numbers = ['preference', 'priority', 'weight', 'port'];

/** Throws ArmError 400 for a member of a wrong type; what a record does not have is left out. */
function recordOf(record: Json): Json {
  const value = stringsAt(record, 'value');
  const members = [
    ...texts.map(name => [name, stringAt(record, name)] as const),
    ...numbers.map(name => [name, numberAt(record, name)] as const),
    ['value', value.length === 0 ? undefined : value] as const,
  ];
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/** Throws ArmError 400 unless every value is a text; null is as if it were not there. */
function metadataOf(properties: Json): Json {
  const metadata = objectAt(properties, 'metadata');
  const entries = Object.keys(metadata).map(name => [name, stringAt(metadata, name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const recordBody = (zone: PrivateDnsZone, set: RecordSet): Json => ({
  id: set.id,
  name: set.name,
  type: `Microsoft.Network/privateDnsZones/${set.recordType}`,
  etag: set.etag,
  properties: {
    ...set.properties,
    fqdn: set.name === '@' ? `${zone.name}.` : `${set.name}.${zone.name}.`,
    isAutoRegistered: false,
  },
});

/** The zone's own SOA record set, which nobody writes. */
const soaOf = (zone: PrivateDnsZone): RecordSet => ({
  id: `${zone.id}/SOA/@`,
  name: '@',
  group: zone.group,
  zoneId: zone.id,
  recordType: 'SOA',
  etag: zone.etag,
  properties: {
    ttl: 3600,
    soaRecord: {
      email: 'azureprivatedns-host.microsoft.com',
      expireTime: 2_419_200,
      host: 'azureprivatedns.net',
      minimumTtl: 10,
      refreshTime: 3600,
      retryTime: 300,
      serialNumber: 1,
    },
  },
});

const find = (call: ArmCall, zone: PrivateDnsZone, recordType: string): RecordSet | undefined =>
  recordSetsOf(call.world, zone).find(each => each.recordType === recordType && sameId(each.name, nameAt(call, 1)));

function recordsOf(properties: Json, field: string): unknown {
  const missing = badRequest('BadRequest', `The record set has no records: '${field}' is missing or empty.`);
  if (field === 'cnameRecord') {
    const record = objectAt(properties, field);
    if (stringAt(record, 'cname') === undefined) throw missing;
    return recordOf(record);
  }
  const records = objectsAt(properties, field);
  if (records.length === 0) throw missing;
  return records.map(recordOf);
}

const put =
  (recordType: string) =>
  (call: ArmCall): ArmReply => {
    const { world } = call;
    const zone = findZone(call);
    checkStays(call, zone.id);
    const before = find(call, zone, recordType);
    const name = nameAt(call, 1);
    const properties = objectAt(call.body, 'properties');
    const ttl = numberAt(properties, 'ttl');
    if (ttl === undefined || ttl < 1) throw badRequest('BadRequest', 'The record set has no valid time to live.');
    const alias = recordSetsOf(world, zone).find(
      each => sameId(each.name, name) && (each.recordType === 'CNAME') !== (recordType === 'CNAME'),
    );
    if (alias !== undefined) {
      throw badRequest('BadRequest', `A CNAME record cannot coexist with other records of the same name '${name}'.`);
    }
    const field = fields[recordType] ?? '';
    const metadata = properties.metadata === undefined ? {} : { metadata: metadataOf(properties) };
    const set = world.recordSets.put({
      id: before?.id ?? `${zone.id}/${recordType}/${name}`,
      name: before?.name ?? name,
      group: zone.group,
      zoneId: zone.id,
      recordType,
      etag: randomUUID(),
      properties: { ...metadata, ttl, [field]: recordsOf(properties, field) },
    });
    return { status: before === undefined ? 201 : 200, body: recordBody(zone, set), work: 'recordSetPut' };
  };

const remove =
  (recordType: string) =>
  (call: ArmCall): ArmReply => {
    const set = find(call, findZone(call), recordType);
    if (set === undefined) return { status: 204 };
    return { status: call.world.recordSets.delete(set.id) ? 200 : 204 };
  };

const recordType = (name: string): ResourceType => ({
  namespace: 'Microsoft.Network',
  name: `privateDnsZones/${name}`,
  apiVersions: privateDnsVersions,
  item: {
    GET: call => {
      const zone = findZone(call);
      const set = find(call, zone, name);
      if (set !== undefined) return { status: 200, body: recordBody(zone, set) };
      throw networkError(
        404,
        'NotFound',
        `The resource record '${nameAt(call, 1)}' does not exist in resource group '${call.group}' of subscription '${call.world.subscriptionId}'.`,
      );
    },
    PUT: put(name),
    DELETE: remove(name),
  },
  list: call => {
    const zone = findZone(call);
    const sets = recordSetsOf(call.world, zone).filter(each => each.recordType === name);
    return listReply(sets.map(set => recordBody(zone, set)));
  },
});

const soa: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateDnsZones/SOA',
  apiVersions: privateDnsVersions,
  item: {
    GET: call => {
      const zone = findZone(call);
      return { status: 200, body: recordBody(zone, soaOf(zone)) };
    },
  },
};

const all: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateDnsZones/ALL',
  apiVersions: privateDnsVersions,
  list: call => {
    const zone = findZone(call);
    return listReply([soaOf(zone), ...recordSetsOf(call.world, zone)].map(set => recordBody(zone, set)));
  },
};

export const recordSetTypes: readonly ResourceType[] = [...Object.keys(fields).map(recordType), soa, all];
