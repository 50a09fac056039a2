import yargs from 'yargs';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';

export const completionCommand = defineCommand({
  usage: 'completion',
  describe: 'Print a script that completes commands and options in bash, zsh or fish',
  examples: [['enisim completion >> ~/.bashrc', 'for the shell of $SHELL; in new shells from then on']],
  options: parser => parser,
  run(_, { stdout }) {
    yargs().scriptName('enisim').exitProcess(false).completion('completion').parse(['completion'], {}, (_error, _args, script) => {
      stdout.write(`${script.trimEnd()}\n`);
    });
    return EXIT.ok;
  },
});
