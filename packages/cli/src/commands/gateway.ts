/** `remit gateway --stdio`: for MCP clients that start a program instead of opening a URL. */
import type { Command } from 'commander';
import { locate, type Context, type LocationOptions } from '../context.ts';
import { wrongUse } from '../exit-code.ts';
import { addCommand, addLocationOptions } from './command.ts';

export function registerGateway(program: Command, context: Context): void {
  const command = addCommand(program, 'gateway', {
    does: 'relay an MCP client on stdio to the running Remit (starts one if there is none)',
    examples: ['REMIT_KEY=remit_… remit gateway --stdio --workspace DIR'],
    note: "The agent's key comes from REMIT_KEY (`remit agents token NAME`).",
  });
  addLocationOptions(command)
    .option('--stdio', 'speak MCP on stdin and stdout')
    .option('--server <name>', 'this server only, as /mcp/{server} does')
    .action(async (options: LocationOptions & { stdio?: boolean; server?: string }) => {
      if (options.stdio !== true) {
        throw wrongUse(
          'no_transport',
          '`remit gateway` needs --stdio.',
          'Clients that open a URL use the one that `remit up` prints.',
        );
      }
      const key = context.machine.env['REMIT_KEY'];
      if (key === undefined || key === '') {
        throw wrongUse(
          'no_key',
          'REMIT_KEY is not set.',
          'Issue a key with `remit agents token NAME`, and set it.',
        );
      }
      const { relay } = await import('../relay.ts');
      await relay(context, locate(context.machine, options), key, options.server);
    });
}
