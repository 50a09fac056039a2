/**
 * Main: words of a command line -> one command, run -> exit code.
 *
 * Shape   yargs reads the words and writes the help. Which command was meant comes out of it as a closure that is called afterwards, so no
 *         error of a command passes through yargs.
 * Errors  Whatever a command throws ends here; exit.ts says how.
 */
import yargs, { type Argv } from 'yargs';
import { didYouMean, simulate, version } from '../index.ts';
import { nameOf, type Command } from './command.ts';
import { completionCommand } from './commands/completion.ts';
import { conformanceCommand } from './commands/conformance.ts';
import { initCommand } from './commands/init.ts';
import { limitsCommand } from './commands/limits.ts';
import { maxPodsCommand } from './commands/maxPods.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { validateCommand } from './commands/validate.ts';
import { EXIT, EXIT_CODES, explain, UsageError } from './exit.ts';
import { commandLine, DASH, REPEATABLE } from './options.ts';
import { columnsOf, type Terminal } from './terminal.ts';

const commandsWith = (run: typeof simulate): readonly Command[] =>
  [runCommand(run), validateCommand, initCommand, schemaCommand, limitsCommand, maxPodsCommand, conformanceCommand, completionCommand];

export const COMMANDS = commandsWith(simulate);

/** Runs one command line, without `node` and `enisim`. Never throws, and leaves the process alone. `run` is for tests of what the terminal shows. */
export async function main(words: readonly string[], terminal: Terminal, run = simulate): Promise<number> {
  try {
    return await perform(words, terminal, commandsWith(run));
  } catch (error) {
    const { code, text } = explain(error, commandLine(words));
    terminal.stderr.write(text);
    return code;
  }
}

async function perform(words: readonly string[], terminal: Terminal, commands: readonly Command[]): Promise<number> {
  const { stdout, stderr } = terminal;
  const command = commands.find(each => nameOf(each) === words[0]);
  if (words.length === 0) {
    stderr.write((await parse(['--help'], commands, columnsOf(stderr))).output);
    return EXIT.usersError;
  }
  if (!command && !words[0].startsWith('-')) throw new UsageError(advised(`there is no command "${words[0]}"`, didYouMean(words[0], commands.map(nameOf)), 'enisim'));
  const { output, failure, args } = await parse(words, commands, columnsOf(stdout));
  if (failure instanceof UsageError) throw failure;
  if (failure) throw new UsageError(await worded(failure.message, words, commands, command));
  stdout.write(output);
  if (!args || !command) return EXIT.ok;
  refuseTwice(args, command);
  return command.run(args, terminal);
}

interface Parsed {
  /** Help, version or completions, if these were asked for. */
  readonly output: string;
  readonly failure?: Error;
  /** Of the command, when one is to be run. */
  readonly args?: object;
}

async function parse(words: readonly string[], commands: readonly Command[], columns: number): Promise<Parsed> {
  let failure: Error | undefined;
  let args: object | undefined;
  let output = '';
  const parser = yargs()
    .scriptName('enisim').usage('$0 <command>\n\nSimulates pod networking on Amazon EKS.').wrap(columns).detectLocale(false).exitProcess(false)
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false, 'greedy-arrays': false, 'parse-numbers': false, 'parse-positional-numbers': false })
    .version(version).describe('version', 'Print the version').help().describe('help', 'Print this help').strict()
    .example('enisim init cluster.yaml', 'a scenario to edit')
    .example('enisim run cluster.yaml', 'and what comes of it')
    .epilogue(`Exit codes:\n${EXIT_CODES.map(([code, meaning]) => `${String(code).padStart(5)}  ${meaning}`).join('\n')}`)
    .fail((message, error) => {
      failure ??= error ?? new Error(message);
    });
  for (const command of commands) parser.command(command.usage, command.describe, builder => declare(builder, command), given => {
    args = given;
  });
  await parser.parseAsync(words.map(word => (word === '-' ? DASH : word)), {}, (_error, _args, text) => {
    output += text === '' ? '' : `${text}\n`;
  });
  return { output, failure, args };
}

const declare = (builder: Argv, command: Command) =>
  command.options(builder).example(command.examples.map(([line, meaning]): [string, string] => [line, meaning])).hide('version').epilogue('');

/** What yargs found wrong, in our words and with what was probably meant. */
async function worded(message: string, words: readonly string[], commands: readonly Command[], command?: Command): Promise<string> {
  const line = command ? `enisim ${nameOf(command)}` : 'enisim';
  const unknown = /^Unknown arguments?: ([^,]*)/.exec(message)?.[1];
  if (unknown !== undefined) {
    const option = words.find(word => word.startsWith('-') && word.replace(/^--?/, '').split('=')[0] === unknown);
    if (!option) return advised(`"${unknown}" is one word too many`, undefined, line);
    const { output } = await parse(['--get-yargs-completions', 'enisim', ...(command ? [nameOf(command)] : []), '--'], commands, 80);
    const written = option.split('=')[0];
    return advised(`there is no option ${written}`, didYouMean(written, output.split('\n')), line);
  }
  if (message.startsWith('Not enough non-option')) return advised(`a word is missing: enisim ${command?.usage}`, undefined, line);
  const valueless = /^Not enough arguments following: (.*)/.exec(message)?.[1];
  if (valueless !== undefined) return advised(`--${valueless} needs a value`, undefined, line);
  return advised(message.replaceAll(/\s*\n\s*/g, ' ').trim(), undefined, line);
}

const advised = (what: string, suggestion: string | undefined, line: string) => `${what}${suggestion ? `; ${suggestion}` : ''} (${line} --help tells what there is)`;

/** yargs makes a list of an option that is given twice. */
function refuseTwice(args: object, { usage }: Command): void {
  const twice = Object.entries(args).find(([key, value]) => Array.isArray(value) && key !== '_' && !REPEATABLE.includes(key) && !usage.includes(`<${key}..>`));
  if (twice) throw new UsageError(`--${twice[0]} is given more than once`);
}
