import { formatProblem, loaderBeside, plural, readScenario, ScenarioError, type Problem } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { changeOptions, overridesOf, readText } from '../scenarios.ts';

export const validateCommand = defineCommand({
  usage: 'validate <files..>',
  describe: 'Print every mistake of scenario files, with line and column',
  examples: [
    ['enisim validate scenarios/*.yaml', 'all of a folder'],
    ['enisim validate scenarios/start.yaml --set cni.env.WARM_IP_TARGET=5', 'with a change'],
  ],
  options: yargs => changeOptions(yargs)
    .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Scenario files' })
    .option('json', { type: 'boolean', default: false, describe: 'The problems as JSON' }),
  run(args, { stdout }) {
    const overrides = overridesOf(args);
    const reports = args.files.map(file => ({ file, problems: problemsOf(file, overrides) }));
    const isWrong = reports.some(({ problems }) => count(problems, 'error') > 0);
    if (args.json) stdout.write(`${JSON.stringify(reports.map(({ file, problems }) => ({ file, valid: count(problems, 'error') === 0, problems })), null, 2)}\n`);
    else for (const { file, problems } of reports) stdout.write(`${[...problems.map(formatProblem), `${file}: ${plural(count(problems, 'error'), 'error')}, ${plural(count(problems, 'warning'), 'warning')}`].join('\n')}\n`);
    return isWrong ? EXIT.usersError : EXIT.ok;
  },
});

const count = (problems: readonly Problem[], severity: Problem['severity']) => problems.filter(problem => problem.severity === severity).length;

function problemsOf(file: string, overrides: readonly string[]): readonly Problem[] {
  const text = readText(file);
  if (typeof text !== 'string') return [text];
  try {
    return readScenario(text, { file, load: loaderBeside(file), overrides }).warnings;
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
}
