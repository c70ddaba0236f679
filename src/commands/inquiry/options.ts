/**
 * The options that `pms plan` and `pms check` share. src/commands only.
 */
import { type Command, Option } from 'commander';
import { AZURE_OPTIONS } from '../../config/azure.ts';

/** Output format, configuration of the operator, and how to reach Azure. */
export function withInquiryOptions(command: Command): Command {
  command
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['text', 'json']).default('text'))
    .addOption(new Option('--config <file>', "the operator's YAML file of DNS targets").env('PMS_CONFIG'))
    .addOption(
      new Option('--installation-id <id>', "the operator's (default: the uid of kube-system)").env(
        'PMS_INSTALLATION_ID',
      ),
    )
    .option('--simulated-azure', 'Azure is `pms simulator`: private endpoints may have loopback addresses')
    .option('--data-plane-port <port>', "port of the private endpoints' addresses (default: 443)");
  for (const [flag, variable, meaning] of AZURE_OPTIONS) command.addOption(new Option(flag, meaning).env(variable));
  return command;
}
