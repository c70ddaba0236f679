/**
 * Reads the few instructions that deploy/Dockerfile consists of, so that a test can make the same file system where no
 * engine can build it. Throws for an instruction it does not know: then the test would prove something else.
 */

export interface Copy {
  /** Stage that the files come from; undefined for the build's context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly destination: string;
}

export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly copies: readonly Copy[];
  readonly runs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

const empty = { copies: [], runs: [], env: {}, user: undefined, workdir: '/', entrypoint: [], command: [] };

/** The stages in their order. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  const stages: Stage[] = [];
  for (const line of lines.map(one => one.trim()).filter(one => one !== '')) {
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') stages.push(started(rest));
    else stages.push(next(stages.pop(), instruction, rest));
  }
  return stages;
}

function started(rest: string): Stage {
  const [base = '', as, name] = rest.split(/\s+/).filter(word => !word.startsWith('--'));
  return { ...empty, base, name: as?.toUpperCase() === 'AS' ? name : undefined };
}

function next(stage: Stage | undefined, instruction: string, rest: string): Stage {
  if (stage === undefined) throw new Error(`${instruction} before FROM`);
  switch (instruction) {
    case 'COPY':
      return { ...stage, copies: [...stage.copies, copyOf(rest)] };
    case 'RUN':
      return { ...stage, runs: [...stage.runs, rest] };
    case 'ENV':
      return { ...stage, env: { ...stage.env, ...variablesIn(rest) } };
    case 'USER':
      return { ...stage, user: rest };
    case 'WORKDIR':
      return { ...stage, workdir: rest };
    case 'ENTRYPOINT':
      return { ...stage, entrypoint: JSON.parse(rest) };
    case 'CMD':
      return { ...stage, command: JSON.parse(rest) };
    default:
      throw new Error(`an instruction that this reader does not know: ${instruction} ${rest}`);
  }
}

function copyOf(rest: string): Copy {
  const words = rest.split(/\s+/);
  const flags = words.filter(word => word.startsWith('--'));
  const paths = words.filter(word => !word.startsWith('--'));
  if (flags.some(flag => !flag.startsWith('--from='))) throw new Error(`COPY with ${flags.join(' ')}`);
  return {
    from: flags[0]?.slice('--from='.length),
    sources: paths.slice(0, -1),
    destination: paths.at(-1) ?? '',
  };
}

const variablesIn = (rest: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...rest.matchAll(/([A-Z_]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name = '', quoted, plain]) => [
      name,
      quoted ?? plain ?? '',
    ]),
  );
