/**
 * Reads only: Azure through the ledger, the DNS target, the answers of its servers, the private path, and the public side
 * of what is closed. What could not be read is told as such and stops nothing else.
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
import { observePublicSide } from './observe-public-side.ts';
import { observeTelemetry } from './observe-telemetry.ts';
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
  const neighbours = readNeighbours(pass);
  const read = { ...azure, ...dns, exported };
  const seen = { now: pass.now, identity, inventory, neighbours, ...read, ...sinceAbandoned(want, pass) };
  const [{ path, ...onPath }, { publicSide, ...outside }, { telemetry, ...flow }] = await Promise.all([
    observePath(want, seen, pass),
    observePublicSide(want, seen, pass),
    observeTelemetry(want, seen, pass),
  ]);
  const next = Math.min(
    ...[onPath, outside, flow, azure].map(({ lookAgainAt = Number.POSITIVE_INFINITY }) => lookAgainAt),
  );
  return {
    ...seen,
    path,
    ...(publicSide === undefined ? {} : { publicSide }),
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(Number.isFinite(next) ? { lookAgainAt: next } : {}),
  };
}

function sinceAbandoned(want: Desired, { memory, object, now }: Pass): Pick<Observed, 'abandonedSince'> {
  if (want.deletedAt === undefined || !want.abandoned) return {};
  const abandonedSince = memory.abandonedSince.get(object.metadata.uid) ?? now;
  memory.abandonedSince.set(object.metadata.uid, abandonedSince);
  return { abandonedSince };
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
