import { ecsTasks, ecsText, limitsText } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { typesOption, typesOf } from '../instanceTypes.ts';
import { columnsOf } from '../terminal.ts';

export const limitsCommand = defineCommand({
  usage: 'limits <types..>',
  describe: 'What instance types may have: ENIs, addresses, branch ENIs, by whom',
  examples: [
    ['enisim limits m5.large c5.4xlarge', 'two types'],
    ['enisim limits i4i.large --json', 'for a program'],
  ],
  options: yargs => typesOption(yargs)
    .positional('types', { type: 'string', array: true, demandOption: true, describe: "Instance types; '*' stands for any text" })
    .option('ecs', { type: 'boolean', default: false, describe: 'ECS tasks in awsvpc mode instead, with and without trunking' })
    .option('json', { type: 'boolean', default: false, describe: 'The limits as JSON, with all network cards' }),
  run(args, { stdout }) {
    const types = typesOf(args.types, args.describe);
    if (args.ecs) {
      const tasks = types.map(([name, limits]) => [name, ecsTasks(name, limits)] as const);
      stdout.write(`${args.json ? JSON.stringify(Object.fromEntries(tasks), null, 1) : ecsText(tasks, columnsOf(stdout))}\n`);
      return EXIT.ok;
    }
    stdout.write(`${args.json ? JSON.stringify(Object.fromEntries(types), null, 1) : limitsText(types, columnsOf(stdout))}\n`);
    return EXIT.ok;
  },
});
