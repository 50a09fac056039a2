import { readFileSync } from 'node:fs';
import { BELIEVERS, CasesError, casesText, checkCases, densities, densityText, POD_MODES, type Believer } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { tableOf, typesOf, typesOption } from '../instanceTypes.ts';
import { wholeNumber } from '../options.ts';
import { columnsOf } from '../terminal.ts';

export const maxPodsCommand = defineCommand({
  usage: 'max-pods',
  describe: 'Max pods of instance types by every program that decides it, and why they differ',
  examples: [
    ['enisim max-pods --types m5.large,c5.4xlarge', 'four answers for each'],
    ['enisim max-pods --types m5.large --mode custom', 'with custom networking'],
    ['enisim max-pods --check test/data/max-pods-cases.json', 'a file of cases'],
  ],
  options: yargs => typesOption(yargs)
    .option('types', { type: 'string', requiresArg: true, describe: "Instance types, with commas between; '*' stands for any text" })
    .option('mode', { choices: POD_MODES, default: 'secondary' as const, describe: 'How pods get their addresses' })
    .option('cni-version', { type: 'string', default: '1.23.1', requiresArg: true, describe: 'As the AMI script is told' })
    .option('reserved-enis', { type: 'string', default: '0', requiresArg: true, describe: "Karpenter's RESERVED_ENIS" })
    .option('believe', { type: 'string', default: BELIEVERS.join(','), requiresArg: true, describe: 'Whom to ask, with commas between' })
    .option('check', { type: 'string', requiresArg: true, describe: 'Compare a file of cases with our answers instead' })
    .option('json', { type: 'boolean', default: false, describe: 'The answers as JSON' }),
  run(args, { stdout }) {
    if (args.check !== undefined) {
      const report = checkFile(args.check, args.describe);
      stdout.write(`${args.json ? JSON.stringify(report, null, 1) : casesText(report)}\n`);
      return report.agreeing < report.count ? EXIT.no : EXIT.ok;
    }
    if (args.types === undefined) throw new UsageError('give --types, or --check and a file of cases');
    const believe = believersOf(args.believe);
    const options = { mode: args.mode, cniVersion: args['cni-version'], reservedEnis: wholeNumber('reserved-enis', 0, 64)(args['reserved-enis']) ?? 0, believe };
    const answers = densities(typesOf(args.types.split(','), args.describe), options);
    stdout.write(`${args.json ? JSON.stringify(answers, null, 1) : densityText(answers, believe, args.mode === 'sgp', columnsOf(stdout))}\n`);
    return EXIT.ok;
  },
});

function believersOf(text: string): readonly Believer[] {
  return text.split(',').map(name => {
    const believer = BELIEVERS.find(each => each === name);
    if (believer === undefined) throw new UsageError(`--believe: found "${name}", expected one of ${BELIEVERS.join(', ')}`);
    return believer;
  });
}

function checkFile(file: string, described: string | undefined) {
  try {
    return checkCases(readFileSync(file, 'utf8'), tableOf(described));
  } catch (error) {
    if (error instanceof CasesError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
