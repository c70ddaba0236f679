/**
 * An object that the API server took, in the hands of the controller over the model of Azure: made, looked at for a
 * while, let go on where it was told to wait, deleted. What went wrong is told; that the object stalls or never gets ready is not wrong.
 */
import { desire } from '../../src/domain/desire.ts';
import type { PmsObject, Spec, Status } from '../../src/domain/object.ts';
import { isAdopted, type Resource, type Wanted } from '../../src/domain/resources.ts';
import type { CrdSchema } from '../../src/manifest/crd-schema.ts';
import { brokenRules } from '../../src/manifest/rules.ts';
import { checkStructure } from '../../src/manifest/structure.ts';
import { INSTALLATION } from '../model/plant.ts';
import { ADOPTED } from '../model/plant-adoption.ts';
import { plantFloor } from '../model/plant-floor.ts';

/** As the API server answers a creation. */
export interface Accepted {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Spec;
}

export interface Operated {
  /** What must not be: a pass that throws, a status that the CRD refuses. */
  readonly wrong: readonly string[];
  /** Reasons of Ready, in their order. */
  readonly reasons: readonly string[];
  /** The largest status in bytes of JSON. */
  readonly statusBytes: number;
}

export interface Circumstances {
  /** The CRD's schema of the status. */
  readonly status: CrdSchema;
  /** What the object adopts is there. */
  readonly isThere: boolean;
  readonly seed: number;
  /** How long, on the model's clock, the controller has for the making and for the deletion. */
  readonly eachMs: number;
}

/** Runs the controller for it. */
export async function operate(
  accepted: Accepted,
  { status: schema, isThere, seed, eachMs }: Circumstances,
): Promise<Operated> {
  const object = objectOf(accepted);
  const { location = object.spec.location } = object.spec.privateEndpoint;
  const floor = plantFloor({ seed, faults: [] });
  // Its subnet is there, with room for all of it.
  const room = { location, addressPrefixes: ['10.13.0.0/16'], addressesUsed: 0, networkEndpointIds: [] };
  Object.assign(floor.azure.port, { subnet: (id: string) => Promise.resolve({ id, ...room }) });
  const wrong = new Set<string>();
  const reasons: string[] = [];
  let statusBytes = 0;
  const { applyStatus } = floor.cluster.port;
  const judged: typeof applyStatus = (of, status, signal) => {
    for (const problem of [...checkStructure(schema, status).problems, ...brokenRules(schema, status)])
      wrong.add(`status: ${problem}`);
    statusBytes = Math.max(statusBytes, Buffer.byteLength(JSON.stringify(status)));
    const { reason = '' } = status.conditions?.find(({ type }) => type === 'Ready') ?? {};
    if (reasons.at(-1) !== reason) reasons.push(reason);
    return applyStatus(of, status, signal);
  };
  Object.assign(floor.cluster.port, { applyStatus: judged });
  if (isThere) for (const body of adoptedOf(object)) floor.azure.state.seed(body);
  floor.cluster.create(object);
  floor.start();
  await floor.clock.runFor(eachMs / 2);
  floor.cluster.editSpec(object.metadata, spec => ({
    ...spec,
    suspend: false,
    mode: 'Converge',
    dns: { ...spec.dns, target: 'default' },
  }));
  await floor.clock.runFor(eachMs);
  floor.cluster.remove(object.metadata);
  await floor.clock.runFor(eachMs);
  const defects = floor.journal.filter(line => line.includes('the pass failed')).map(line => line.slice(0, 1_500));
  if (floor.panics() > 0) for (const defect of defects) wrong.add(defect);
  return { wrong: [...wrong], reasons, statusBytes };
}

const objectOf = ({ metadata, spec }: Accepted): PmsObject => ({
  metadata: {
    namespace: 'plant',
    name: metadata.name,
    uid: `uid-${metadata.name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-11-24T11:00:00Z',
    finalizers: [],
    annotations: { ...metadata.annotations },
  },
  spec,
  status: {} satisfies Status,
});

/** What the object adopts, as somebody else has made it. */
function adoptedOf(object: PmsObject): readonly Resource[] {
  const want = desire(object, INSTALLATION);
  const items: readonly Wanted[] = [...want.workspaces, ...want.components, want.scope, want.endpoint];
  return items.filter(isAdopted).map(({ kind, id, name }): Resource => {
    switch (kind) {
      case 'workspace':
        return { ...ADOPTED.workspace.body, id, name };
      case 'component':
        return { ...ADOPTED.component.body, id, name };
      case 'privateLinkScope':
        return { ...ADOPTED.scope.body, id, name };
      default:
        return { ...ADOPTED.endpoint.body, id, name, scopeId: want.scope.id };
    }
  });
}
