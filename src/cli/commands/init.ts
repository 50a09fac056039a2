import { existsSync, writeFileSync } from 'node:fs';
import { INITIAL_SCENARIO } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { DASH } from '../options.ts';

export const initCommand = defineCommand({
  usage: 'init [file]',
  describe: 'Write a commented scenario to start from',
  examples: [
    ['enisim init cluster.yaml', 'a file to edit'],
    ['enisim init -', 'on stdout'],
  ],
  options: yargs => yargs
    .positional('file', { type: 'string', default: 'scenario.yaml', describe: 'Where to; - is stdout' })
    .option('force', { type: 'boolean', default: false, describe: 'Overwrite the file' }),
  run({ file, force }, { stdout, stderr }) {
    if (file === DASH) {
      stdout.write(INITIAL_SCENARIO);
      return EXIT.ok;
    }
    if (!force && existsSync(file)) throw new UsageError(`${file} exists: choose another name, or overwrite it with --force`);
    writeFileSync(file, INITIAL_SCENARIO, { flag: force ? 'w' : 'wx' });
    stderr.write(`${file} is written; run it with: enisim run ${file}\n`);
    return EXIT.ok;
  },
});
