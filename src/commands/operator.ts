/**
 * `pms operator`: flags, environment and files become a configuration, which runs until SIGTERM or SIGINT. What runs is
 * put together in operator-run.ts.
 */
import { once } from 'node:events';
import { Command, Option } from 'commander';
import { AZURE_OPTIONS } from '../config/azure.ts';
import { LOGS_QUERY_OPTIONS } from '../config/data-plane.ts';
import { LEADER_ELECTION_OPTIONS } from '../config/leader-election.ts';
import { LOG_ENCODINGS, LOG_LEVELS, type OperatorFlags, readOperatorConfig } from '../config/operator.ts';
import { ConfigError } from '../config/problems.ts';
import { readConfigFile } from './inquiry/config-file.ts';
import { runOperator } from './operator-run.ts';

/** The pod is killed 30 s after SIGTERM: whatever still hangs then is given up before. */
const SHUTDOWN_LIMIT_MS = 25_000;

/** The command; exit 0 after a signal, 2 for a configuration that cannot be used, 1 when it cannot run or lost its lease. */
export function operatorCommand(): Command {
  const command = new Command('operator')
    .description('The controller: in a cluster, or with KUBECONFIG')
    .addOption(new Option('--config <file>', 'YAML file of the DNS targets').env('PMS_CONFIG'))
    .addOption(
      new Option('--installation-id <id>', 'makes ownership unique (default: the uid of kube-system)').env(
        'PMS_INSTALLATION_ID',
      ),
    )
    .option('--concurrent <number>', 'objects worked on at the same time (default: 4)')
    .option('--metrics-addr <address>', 'where /metrics is served (default: :8080)')
    .option('--health-addr <address>', 'where /livez, /healthz and /readyz are served (default: :8081)')
    .addOption(new Option('--log-level <level>', `${LOG_LEVELS.join(', ')} (default: info)`))
    .addOption(new Option('--log-encoding <encoding>', `${LOG_ENCODINGS.join(', ')} (default: json)`))
    .option('--simulated-azure', 'Azure is `pms simulator`: private endpoints may have loopback addresses');
  command
    .option('--data-plane-port <port>', "port of the private endpoints' addresses (default: 443)")
    .option('--data-plane-ca-file <file>', 'PEM authorities for their certificates (default: those of the process)');
  for (const [flag, meaning] of LEADER_ELECTION_OPTIONS) command.option(flag, meaning);
  for (const [flag, variable, meaning] of [...AZURE_OPTIONS, ...LOGS_QUERY_OPTIONS])
    command.addOption(new Option(flag, meaning).env(variable));
  return command
    .addHelpText('after', '\nNODE_EXTRA_CA_CERTS names a file with a private certificate authority, read at start.')
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(run);
}

async function run(flags: OperatorFlags): Promise<void> {
  const stop = new AbortController();
  void Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() => {
    stop.abort();
    setTimeout(() => fail('not everything ended within 25 s after the signal', 1), SHUTDOWN_LIMIT_MS).unref();
  });
  try {
    const file = await readConfigFile(flags.config);
    const ca = await readConfigFile(flags.dataPlaneCaFile, '--data-plane-ca-file');
    // As client-go tells a pod from a desk.
    const inCluster = Boolean(process.env.KUBERNETES_SERVICE_HOST);
    await runOperator(readOperatorConfig({ ...flags, inCluster }, file, ca), stop.signal);
  } catch (thrown) {
    if (thrown instanceof ConfigError) fail(thrown.problems.join('\nerror: '), 2);
    fail(thrown instanceof Error ? thrown.message : String(thrown), 1);
  }
  // Writes that Azure has not answered yet are left to it: the inventory knows of them.
  process.exit(0);
}

function fail(message: string, exitCode: 1 | 2): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(exitCode);
}
