#!/usr/bin/env node
/**
 * The command table of `pms`. Only the command that is asked for is loaded: the Azure SDKs take a second that `pms
 * simulator` and `pms --help` need not wait for.
 */
import { Command } from 'commander';
import { version } from './version.ts';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  operator: async () => (await import('./commands/operator.ts')).operatorCommand(),
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  plan: async () => (await import('./commands/plan.ts')).planCommand(),
  records: async () => (await import('./commands/records.ts')).recordsCommand(),
  tree: async () => (await import('./commands/tree.ts')).treeCommand(),
  simulator: async () => (await import('./commands/simulator.ts')).simulatorCommand(),
};

const [asked = ''] = process.argv.slice(2);
const wanted = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);

const program = new Command('pms')
  .description('Azure Monitor over Private Link for machines outside Azure, as one Kubernetes resource')
  .version(version)
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));
for (const name of wanted) {
  const command = await COMMANDS[name]?.();
  if (command) program.addCommand(command);
}
await program.parseAsync();
