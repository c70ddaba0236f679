/**
 * The few steps that handlers of many types take in the same way: ids, lists, the gateway's 404. Knows no type.
 */
import { resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type ArmReply, type Json, nameAt } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';

/** The ARM id of the outermost resource of the path, in canonical letter case but for its own name. */
export const outerId = (call: ArmCall, type: string): string => `${call.scopeId}/providers/${type}/${nameAt(call, 0)}`;

/** The gateway's 404 for what the path names. */
export const notFound = (call: ArmCall): Error =>
  resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');

/** Those of the call's resource group; all of them at the subscription. */
export const inCallScope = <T extends { readonly group: string }>(call: ArmCall, all: readonly T[]): readonly T[] =>
  call.group === '' ? all : all.filter(each => sameId(each.group, call.group));

/** A list without `nextLink`. */
export const listReply = (value: readonly Json[]): ArmReply => ({ status: 200, body: { value } });

/** A list as Microsoft.Insights gives it: `nextLink` is there, and null. */
export const insightsList = (value: readonly Json[]): ArmReply => ({ status: 200, body: { value, nextLink: null } });

/** `{ key: value }`, or nothing when there is no value: for fields that are missing unless set. */
export const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);
