/**
 * The documentation's examples are run: every ```console block that begins with `$ enisim` gives what stands below its commands.
 *
 * Shape   The blocks of one page share a folder, as a reader's shell would. A command without output below it is only run; a line `...` stands for
 *         any lines; `$ echo $?` is the exit code. After a change, write the outputs anew: ENISIM_WRITE=1 npx vitest run test/docs
 * Limits  No pipes; of redirections `> FILE` at the end.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { enisim, enterFolder, ROOT, split } from '../cli/shell.ts';

const PAGES = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).filter(file => file.endsWith('.md')).map(file => `docs/${file}`)];
const BLOCK = /^```console\n(\$ enisim[\s\S]*?)^```$/gm;
const ANY = '...';

interface Step { readonly command: string; readonly output: string }

/** `$ ` begins a command, the lines up to the next one are its output; a command goes on after a backslash. */
const stepsOf = (block: string): Step[] => block.replaceAll('\\\n', ' ').split(/^\$ /m).slice(1).map(text => {
  const [command, ...output] = text.split('\n');
  return { command, output: output.join('\n') };
});

let lastCode = 0;
async function outputOf(command: string): Promise<string> {
  if (command === 'echo $?') return `${lastCode}\n`;
  const [line, file] = command.split(/ > /);
  const [program, ...words] = split(line);
  expect(program).toBe('enisim');
  const { code, both, stdout, stderr } = await enisim(words);
  lastCode = code;
  if (file === undefined) return both;
  writeFileSync(file, stdout);
  return stderr;
}

/** Spaces at the end of a line say nothing. */
const trimmed = (text: string) => text.replaceAll(/ +$/gm, '').trimEnd();

function matches(output: string, expected: string): boolean {
  const quote = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const pattern = trimmed(expected).split('\n').map(line => (line === ANY ? String.raw`[\s\S]*?` : quote(line))).join('\n').replaceAll(String.raw`[\s\S]*?` + '\n', String.raw`(?:[\s\S]*?\n)??`);
  return new RegExp(`^${pattern}$`).test(trimmed(output));
}

describe.each(PAGES)('%s', page => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([, block]) => block);
  let leave = () => {};
  let written = text;
  beforeAll(() => {
    leave = enterFolder();
  });
  afterAll(() => {
    leave();
    if (process.env.ENISIM_WRITE && written !== text) writeFileSync(join(ROOT, page), written);
  });

  it.each(blocks.flatMap(stepsOf))('$command', { timeout: 120_000 }, async ({ command, output }) => {
    const actual = await outputOf(command);
    if (output.trim() === '') return;
    if (process.env.ENISIM_WRITE && !output.split('\n').includes(ANY)) {
      const at = written.indexOf(`$ ${command}\n${output}`);
      written = `${written.slice(0, at)}$ ${command}\n${trimmed(actual)}\n${written.slice(at + `$ ${command}\n${output}`.length)}`;
    } else if (!matches(actual, output)) expect(trimmed(actual)).toBe(trimmed(output));
  });

  it('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link]) => link);
    for (const link of links) expect(() => readFileSync(join(ROOT, page, '..', link)), link).not.toThrow(/ENOENT/);
  });
});

test('a line of dots stands for any lines, and nothing else does', () => {
  expect(matches('a\nb\nc\n', 'a\n...\nc')).toBe(true);
  expect(matches('a\nc\n', 'a\n...\nc')).toBe(true);
  expect(matches('a\nb\nc\n', 'a\n...')).toBe(true);
  expect(matches('a\nb\nc\n', '...\nc')).toBe(true);
  expect(matches('a\nb\nd\n', 'a\n...\nc')).toBe(false);
  expect(matches('axb', 'a.b')).toBe(false);
});
