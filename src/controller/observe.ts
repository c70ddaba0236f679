/**
 * Reads only: Azure through the ledger, the DNS target, the answers of its servers, and the private path. What could not be read is told
 * as such and stops nothing else.
 */
import type { Desired } from '../domain/desire.ts';
import { failureOf } from '../domain/failures.ts';
import { withPolicies } from '../domain/inventory.ts';
import { ABSENT, type Observed, type Reading, unread } from '../domain/observed.ts';
import type { Identity } from '../domain/resources.ts';
import { observeExports } from './exports.ts';
import { readNeighbours } from './neighbours.ts';
import { observeAzure, stillOurs, unreadAzure } from './observe-azure.ts';
import { observeDns } from './observe-dns.ts';
import { observePath } from './observe-path.ts';
import type { Pass } from './world.ts';

/** Everything the plan needs to know, read as far as it can have changed. */
export async function observe(want: Desired, pass: Pass): Promise<Observed> {
  const identity = await readIdentity(want, pass);
  const [azure, dns, exported] = await Promise.all([
    identity.is === 'unread' ? unreadAzure(want, pass, identity.failure) : observeAzure(want, pass),
    observeDns(want, pass),
    observeExports(want, pass),
  ]);
  const inventory = withPolicies(pass.object.status.resources ?? [], want);
  const seen = { now: pass.now, identity, inventory, neighbours: readNeighbours(pass), ...azure, ...dns, exported };
  const { path, lookAgainAt = Number.POSITIVE_INFINITY } = await observePath(want, seen, pass);
  const next = Math.min(lookAgainAt, azure.lookAgainAt ?? Number.POSITIVE_INFINITY);
  return { ...seen, path, ...(Number.isFinite(next) ? { lookAgainAt: next } : {}) };
}

async function readIdentity(want: Desired, { world, signal, object }: Pass): Promise<Reading<Identity>> {
  // An object that has nothing to delete in Azure must be deletable without Azure.
  if (want.deletedAt !== undefined && stillOurs(object.status.resources ?? [], want).length === 0) return ABSENT;
  try {
    return { is: 'present', body: await world.azure.identity(signal) };
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}
