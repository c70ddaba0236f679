/**
 * The faults that the operator is to survive, F1 to F30 of the project's catalogue, and the tests that prove each of
 * them. README.md shows it as a table; catalogue.test.ts compares both with the tests that exist.
 */

export interface Proof {
  /** Below test/. */
  readonly file: string;
  /** A part of the test's name, as its file has it. */
  readonly name: string;
}

export interface CatalogueEntry {
  readonly fault: `F${number}`;
  readonly what: string;
  readonly proofs: readonly Proof[];
  /** What no test proves yet. */
  readonly open?: string;
}

const proof = (file: string, name: string): Proof => ({ file, name });

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    fault: 'F1',
    what: 'killed around each write of Azure',
    proofs: [
      proof('faults/sweep-model.test.ts', 'costs nothing: the next one ends as if nobody had died'),
      proof('faults/sweep-program.test.ts', 'F1 F2: in a creation'),
    ],
    open: 'with real processes the creation of one object alone is swept; the rest is swept on the model',
  },
  {
    fault: 'F2',
    what: 'killed around each write of the API server',
    proofs: [
      proof('faults/sweep-model.test.ts', 'costs nothing: the next one ends as if nobody had died'),
      proof('faults/sweep-program.test.ts', 'F1 F2: in a creation'),
    ],
    open: 'writes of the Lease and of events are not swept',
  },
  {
    fault: 'F3',
    what: 'API server down',
    proofs: [
      proof('faults/kube-faults.test.ts', 'F3: an API server killed and started again'),
      proof('e2e/shutdown.test.ts', 'while the API server is gone ends with 0'),
      proof('kubernetes/lease/lease.test.ts', 'is kept when the API server is away for less than the deadline'),
    ],
    open: '60 s down, and 20 restarts in 10 minutes',
  },
  {
    fault: 'F4',
    what: 'etcd restored from an older snapshot',
    proofs: [proof('kubernetes/reflector-life.test.ts', 'a list from an older history is believed')],
    open: 'a real etcd restored below a running operator',
  },
  {
    fault: 'F5',
    what: 'broken watches',
    proofs: [
      proof('faults/kube-faults.test.ts', 'loses no change, and is not asked for in a spin'),
      proof('faults/kube-faults.test.ts', 'F5: a watch that is closed in good order'),
      proof('kubernetes/reflector.test.ts', 'a half-open watch is given up'),
    ],
  },
  {
    fault: 'F6',
    what: 'an event dropped or late',
    proofs: [],
    open: 'the proxy can drop one; that the next list repairs it is not tested, since a watch lives for minutes',
  },
  {
    fault: 'F7',
    what: '409 on status, finalizer, ConfigMap',
    proofs: [
      proof('faults/kube-faults.test.ts', 'F7: a status that is refused with 409'),
      proof('faults/kube-faults.test.ts', 'F7: a ConfigMap that is refused with 409'),
      proof('controller/controller.test.ts', 'throws a pass away that lost a race'),
    ],
  },
  {
    fault: 'F8',
    what: 'leader lost in mid-pass',
    proofs: [
      proof('e2e/leader.test.ts', 'loses the lease, and writes nothing when it goes on'),
      proof('kubernetes/lease/lease.test.ts', 'is lost 10 s after the last renewal began'),
    ],
  },
  {
    fault: 'F9',
    what: 'clock jumps',
    proofs: [
      proof('kubernetes/lease/lease.test.ts', 'closes when the wall clock is set forward'),
      proof('kubernetes/lease/lease.test.ts', 'is not held open by a wall clock that is set back'),
      proof('telemetry/vitals.test.ts', 'when the wall clock has jumped by more than five minutes'),
    ],
  },
  {
    fault: 'F10',
    what: 'ARM 429 with Retry-After',
    proofs: [
      proof('controller/writes.test.ts', 'wait at least as long as Azure asked for'),
      proof('controller/controller.test.ts', 'a server that says when to come back is not asked before'),
    ],
    open: 'the program against a throttled simulator, per subscription',
  },
  {
    fault: 'F11',
    what: 'ARM 5xx, no connection, no answer',
    proofs: [
      proof('azure/bad-answers.test.ts', 'is given up after 30 seconds for a read'),
      proof('controller/reconcile.test.ts', 'that cannot reach Azure for minutes says Unknown'),
      proof('e2e/road.test.ts', 'with Azure out of reach and one object edited'),
    ],
  },
  {
    fault: 'F12',
    what: 'operation Failed, Canceled, endless or lost',
    proofs: [
      proof('azure/refusals.test.ts', 'why an operation did not succeed is told by its address'),
      proof('azure/foreign-hosts.test.ts', 'an operation that Azure has forgotten'),
      proof('controller/writes.test.ts', 'that were accepted and turned up Failed count as refused'),
    ],
    open: 'the program against the simulator’s operations that fail',
  },
  {
    fault: 'F13',
    what: 'not visible after 201, parent missing, other operation under way',
    proofs: [
      proof('faults/azure-faults.test.ts', 'F13: a workspace that is not seen for 20 s'),
      proof('controller/convergence.test.ts', 'converges from any state, through any crash'),
      proof('azure/refusals.test.ts', 'an endpoint that comes before its links have settled'),
      proof('azure/refusals.test.ts', 'a second link while one is being made'),
    ],
  },
  {
    fault: 'F14',
    what: 'fatal answers',
    proofs: [
      proof('controller/writes.test.ts', 'that need somebody are tried again after an hour, and at once after an edit'),
      proof('controller/reconcile.test.ts', 'sends a refused PUT again after an hour'),
    ],
  },
  {
    fault: 'F15',
    what: 'tokens: expired, authority down, file rotated',
    proofs: [
      proof('azure/credential.test.ts', 'the file is read again each time'),
      proof('azure/credential.test.ts', 'an authority that keeps silent is given up'),
    ],
    open: 'a 401 once on a token that is still good',
  },
  {
    fault: 'F16',
    what: 'ConfigMap edited, immutable, of another manager',
    proofs: [
      proof('e2e/road.test.ts', 'a hand edit of our key in the ConfigMap is taken back'),
      proof('kubernetes/cluster/config-maps.test.ts', 'an immutable ConfigMap stalls the write'),
      proof('kubernetes/cluster/config-maps.test.ts', 'key is taken only by force'),
      proof(
        'kubernetes/cluster/config-maps.test.ts',
        'changes of a watched ConfigMap by others are told and seen, its deletion too',
      ),
    ],
  },
  {
    fault: 'F17',
    what: 'ConfigMap too large',
    proofs: [proof('kubernetes/cluster/config-maps.test.ts', 'is TooLarge, and the old content stays')],
  },
  {
    fault: 'F18',
    what: 'two objects own one name',
    proofs: [
      proof('controller/reconcile.test.ts', 'never flap: the holder keeps it'),
      proof('controller/reconcile.test.ts', 'when the holder is gone, the other takes over'),
      proof('controller/one-target.test.ts', 'never give a name two answers'),
    ],
  },
  {
    fault: 'F19',
    what: 'deleted at every step of creation, made again',
    proofs: [
      proof('controller/convergence.test.ts', 'that is deleted in any state leaves what the policies say'),
      proof('kubernetes/reflector-life.test.ts', 'an object deleted and made again while nobody watched'),
    ],
    open: 'the moments of the deletion are drawn by fast-check, not swept',
  },
  {
    fault: 'F20',
    what: 'namespace deleted',
    proofs: [
      proof('e2e/identity.test.ts', 'F20: a deleted namespace leaves nothing of its objects in Azure'),
      proof('e2e/identity.test.ts', 'one deleted while no operator ran has no tokens any more'),
      proof('controller/leave.test.ts', 'two that go at the same moment'),
      proof('controller/identities.test.ts', 'a namespace under deletion gives no token: the last one is shown'),
    ],
    open: 'the namespace controller itself, which the test control plane does not have: its deletions are made by hand',
  },
  {
    fault: 'F21',
    what: 'deleted without rights, never provisioned',
    proofs: [proof('controller/reconcile.test.ts', 'of an object that made nothing does not need Azure')],
  },
  {
    fault: 'F22',
    what: 'invalid and random objects',
    proofs: [
      proof('crd/crd.test.ts', 'every rule of the schema has refused some fixture'),
      proof('crd/crd.test.ts', 'the largest status that the bounds allow is stored'),
    ],
    open: '1,000 random objects from the schema',
  },
  {
    fault: 'F23',
    what: 'drift',
    proofs: [
      proof('e2e/road.test.ts', 'an endpoint deleted behind our back is made again'),
      proof('e2e/proof.test.ts', 'a closing undone by somebody is told as drift'),
      proof('e2e/plan-mode.test.ts', 'drift is told with field, expected and found, and put back'),
    ],
  },
  {
    fault: 'F24',
    what: 'foreign resource of the same name',
    proofs: [
      proof('controller/reconcile.test.ts', 'writes nothing to a resource of its name that it does not own'),
      proof('controller/reconcile.test.ts', 'does not delete what lost our tag since it was last read'),
    ],
  },
  { fault: 'F25', what: 'upgrade and downgrade', proofs: [], open: 'there is no release yet to come from' },
  {
    fault: 'F26',
    what: 'poison object',
    proofs: [proof('controller/controller.test.ts', 'an object whose passes always fail harms no other')],
  },
  { fault: 'F27', what: '1,000 objects at restart', proofs: [], open: 'not measured here' },
  {
    fault: 'F28',
    what: 'SIGTERM at any time',
    proofs: [
      proof('e2e/shutdown.test.ts', 'ends with 0, lets its lease go, and loses nothing that it made'),
      proof('e2e/leader.test.ts', 'told to end in the middle of its work'),
    ],
  },
  {
    fault: 'F29',
    what: 'rights revoked',
    proofs: [
      proof('faults/kube-faults.test.ts', 'F29: events that are refused with 403 fail no pass'),
      proof('kubernetes/cluster/surroundings.test.ts', 'without rights every write says Forbidden'),
    ],
  },
  { fault: 'F30', what: 'soak', proofs: [], open: '`npm run soak` is not built yet' },
];

/** As README.md shows it. */
export function catalogueTable(): string {
  const rows = CATALOGUE.map(({ fault, what, proofs, open = '' }) => {
    const shown = proofs.map(({ file, name }) => `\`${file}\`: ${name}`).join('<br>');
    return `| ${fault} | ${what} | ${shown || 'none'} | ${open} |`;
  });
  return ['| # | Fault | Proved by | Not proved |', '|---|---|---|---|', ...rows].join('\n');
}
