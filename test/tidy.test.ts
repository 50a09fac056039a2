/**
 * The house rules that a machine can read: which room imports which, and what no file says.
 *
 * Why     A rule that nothing checks is soon a wish. Each one here is also shown to fail, on a made-up file.
 * Shape   `breaches(path, text)` gives sentences; an empty list is a tidy file. Paths are from the root of the repo.
 * Limits  Reads text, not syntax trees (TypeScript 7 ships no parser for us): a regular expression that holds a quote or
 *         two slashes can hide the rest of its line. oxlint and tsc read the syntax.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';

/** Room -> the rooms it may import besides itself. `data` is the folder of that name, outside src. */
const ARROWS: Record<string, readonly string[]> = {
  core: [],
  engine: ['core'],
  paths: ['core'],
  results: ['core'],
  analysis: ['results', 'engine', 'core'],
  scenarios: ['engine', 'core', 'data'],
  workers: ['engine', 'core'],
  runs: ['scenarios', 'workers', 'analysis', 'results', 'engine', 'core'],
  index: ['core', 'engine', 'paths', 'results', 'analysis', 'scenarios', 'workers', 'runs'],
  cli: ['index'],
};

/** Rooms without IO, clock, chance of their own, or packages: the same bytes on any machine, and a browser could run them. */
const PURE = ['core', 'engine'];

/** The last bit of these belongs to the JavaScript engine, and the collation to its build: core has its own. */
const IMPURE = new RegExp(
  String.raw`(?<![.\w$])(?:Date|Intl|performance|process|console|fetch|setTimeout|setInterval|setImmediate|globalThis)\b(?!\??:)` +
    String.raw`|\bMath\s*\.\s*(?:random|log\w*|exp\w*|pow|sinh?|cosh?|tanh?|asinh?|acosh?|atan\w*|cbrt|hypot)\b` +
    String.raw`|\.(?:localeCompare|toLocale\w+)\b`,
  'g',
);

// The brackets, and the joins below, keep this file from matching itself.
const LEFTOVER = /\bTOD[O]\b|@ts-ignor[e]/g; // anywhere, comments included
const SHORTCUT = /\bas an[y]\b|\.onl[y]\(/g; // in code; prose may say "as any other"
const OUTSIDE = /\.\.\/share[d]\b/g;

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const newlines = (text: string) => text.replaceAll(/[^\n]/g, '');
const isComment = (token: string) => token.startsWith('//') || token.startsWith('/*');

/** Comments out, lines kept: what an import is read from. */
const withoutComments = (text: string) => text.replaceAll(TOKEN, token => (isComment(token) ? newlines(token) : token));

/** Strings out as well, but for what templates compute: what names are read from. */
const namesOnly = (text: string) =>
  text.replaceAll(TOKEN, token =>
    token.startsWith('`') ? `${(token.match(/\$\{[^}]*\}/g) ?? []).join(' ')}${newlines(token)}` : newlines(token),
  );

const IMPORT = /\bfrom\s*(['"])(?<from>[^'"\n]+)\1|\bimport\s*\(?\s*(['"])(?<bare>[^'"\n]+)\3/g;
const importsOf = (text: string) =>
  [...withoutComments(text).matchAll(IMPORT)].map(({ groups }) => groups!.from ?? groups!.bare);

function roomOf(path: string): string {
  if (path === 'src/index.ts') return 'index';
  const [top, room, file] = path.split('/');
  if (top !== 'src') return top;
  return file === undefined ? path : room;
}

function importBreaches(path: string, text: string): string[] {
  const room = roomOf(path);
  const arrows = ARROWS[room];
  if (!arrows) return [`${path}: src has no room for it; the rooms are ${Object.keys(ARROWS).join(', ')}`];
  return importsOf(text).flatMap(name => {
    if (!name.startsWith('.')) return PURE.includes(room) ? [`${path}: ${room} imports no packages, but "${name}"`] : [];
    if (!/\.(?:ts|json)$/.test(name)) return [`${path}: "${name}" must end in .ts, or Node cannot run the source`];
    const target = roomOf(join(dirname(path), name));
    if (target === room || arrows.includes(target)) return [];
    return [`${path}: ${room} may not import ${target} ("${name}")`];
  });
}

function found(path: string, text: string, pattern: RegExp, why: string): string[] {
  return [...text.matchAll(pattern)].map(
    ({ 0: word, index }) => `${path}:${text.slice(0, index).split('\n').length}: ${word}: ${why}`,
  );
}

function breaches(path: string, text: string): string[] {
  const code = /\.[jt]s$/.test(path);
  const source = path.startsWith('src/') && code;
  const names = code ? namesOnly(text) : '';
  return [
    ...(source ? importBreaches(path, text) : []),
    ...(source && PURE.includes(roomOf(path)) ? found(path, names, IMPURE, 'core and engine are pure') : []),
    ...found(path, names, SHORTCUT, 'say it in types; run every test'),
    ...found(path, text, LEFTOVER, 'finish it, or open an issue'),
    ...found(path, text, OUTSIDE, 'is outside the repo'),
  ];
}

const ROOT = join(import.meta.dirname, '..');
const SKIPPED = new Set(['node_modules', 'dist', 'out', '.git', '.cache', 'package-lock.json']);
const TEXT = new Set(['', '.ts', '.js', '.json', '.md', '.yaml', '.yml', '.py', '.ipynb', '.txt', '.html', '.sh']);

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (TEXT.has(extname(entry.name))) yield path;
  }
}

test('every file of the repo is tidy', () => {
  const files = [...filesIn('')];
  expect(files).toContain('src/index.ts'); // an empty list would be tidy too
  expect(files.flatMap(path => breaches(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
});

const fileOf = (room: string) => (room === 'index' ? 'src/index.ts' : `src/${room}/a.ts`);
const importOf = (from: string, to: string) =>
  `import { a } from '${from === 'index' ? '.' : '..'}/${to === 'index' ? 'index.ts' : `${to}/b.ts`}';`;

describe('each arrow that is not in the design is refused', () => {
  const rooms = Object.keys(ARROWS);
  test.each(rooms)('from %s', from => {
    const refused = rooms.filter(to => to !== from && breaches(fileOf(from), importOf(from, to)).length > 0);
    expect(refused).toEqual(rooms.filter(to => to !== from && !ARROWS[from].includes(to)));
  });
});

describe('each rule is seen to fail', () => {
  test.each([
    ['src/core/a.ts', `import { readFileSync } from 'node:fs';`],
    ['src/engine/a.ts', `import { z } from "zod";`],
    ['src/engine/ipamd/a.ts', `import '../../scenarios/b.ts';`],
    ['src/engine/a.ts', `export type { B } from '../results/b.ts';`],
    ['src/engine/a.ts', `const b = await import('../cli/b.ts');`],
    ['src/core/a.ts', `import {\n  a,\n  b,\n} from '../engine/b.ts';`],
    ['src/core/a.ts', `import limits from '../../data/limits.json' with { type: 'json' };`],
    ['src/workers/a.ts', `import { b } from './b.js';`],
    ['src/workers/a.ts', `import { b } from '../../bench/b.ts';`],
    ['src/helpers/a.ts', ''],
    ['src/a.ts', ''],
    ...[
      'Date.now()', 'new Date(0)', 'performance.now()', 'process.env.A', 'console.log(1)', 'setTimeout(f, 1)', 'globalThis.a',
      'Math.random()', 'Math.log(2)', 'Math.log2(2)', 'Math.exp(1)', 'Math.pow(2, 3)', 'Math.sin(1)', 'Math.cos(1)',
      '`${Date.now()}`', 'a.localeCompare(b)',
    ].flatMap(code => PURE.map(room => [`src/${room}/a.ts`, `const a = ${code};`])),
    ['src/cli/a.ts', 'const a = b as any;'],
    ['test/a.test.ts', 'test.only("a", f);'],
    ['test/a.test.ts', ['// @ts', 'ignore'].join('-')],
    ['src/core/a.ts', ['// TO', 'DO: later'].join('')],
    ['docs/a.md', ['[the design](..', 'shared', 'DESIGN.md)'].join('/')],
  ])('%s: %s', (path, text) => {
    expect(breaches(path, text)).toHaveLength(1);
  });
});

test('what only looks like a breach is let through', () => {
  expect(
    breaches(
      'src/engine/a.ts',
      [
        `import { seconds } from '../core/units.ts'; // from 'node:fs' it would be a breach`,
        `import type { B } from './ipamd/b.ts';`,
        `/* Date.now() and Math.random() are not used here, as any reader sees. */`,
        `const kind = { process: 'coordinator process' };`,
        'const text = `the process ${kind.process} of Math.floor`;',
        `export const root = Math.sqrt(2) + Math.floor(2.5);`,
      ].join('\n'),
    ),
  ).toEqual([]);
});
