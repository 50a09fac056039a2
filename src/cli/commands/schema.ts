import { jsonSchema } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';

export const schemaCommand = defineCommand({
  usage: 'schema',
  describe: 'Print the JSON Schema of scenario files, for editors',
  examples: [['enisim schema > scenario.schema.json', 'a file that an editor can be given']],
  options: yargs => yargs,
  run(_, { stdout }) {
    stdout.write(`${JSON.stringify(jsonSchema(), null, 1)}\n`);
    return EXIT.ok;
  },
});
