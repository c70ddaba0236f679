/**
 * `pms tree NAME`: the way that telemetry takes, from the machines to the workspaces, with the state of each step. From
 * the object's status; the data alone on stdout.
 */
import { Command, Option } from 'commander';
import type { PmsObject } from '../domain/object.ts';
import { topologyOf } from '../domain/topology.ts';
import { treeMermaid, treeText } from '../domain/topology-text.ts';
import { forObject, type ObjectFlags } from './inquiry/read-object.ts';

const FORMATS = ['text', 'mermaid', 'json'] as const;

interface Flags extends ObjectFlags {
  readonly output: (typeof FORMATS)[number];
}

/** The command; exit 0 with the tree, whatever it shows, 1 when there is no such object, 2 for wrong usage. */
export const treeCommand = (): Command =>
  forObject<Flags>(
    new Command('tree')
      .description('Machines, records, endpoint, scope and workspaces of a PrivateMonitoringScope, with their states')
      .addOption(new Option('-o, --output <format>', 'form of the tree').choices(FORMATS).default('text')),
    async (object, { output }) => {
      process.stdout.write(drawn(object, output));
    },
  );

function drawn(object: PmsObject, output: Flags['output']): string {
  const tree = topologyOf(object);
  if (output === 'mermaid') return treeMermaid(tree);
  return output === 'json' ? `${JSON.stringify(tree, null, 2)}\n` : treeText(tree);
}
