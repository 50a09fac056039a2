/** Manifests: YAML or JSON files that a scenario names, document by document, each with its places for messages. */
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Load } from './files.ts';
import { formatPath, locate, type Path, type Problem, type Report, type Source } from './problems.ts';
import { bounded, toValue } from './yaml.ts';

/** Of one file. */
export const CHARACTERS_MAX = 4_000_000;

export type Map_ = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Map_ => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One document: its value, or why it has none. */
export type Opened = { readonly source: Source } & ({ readonly value: unknown } | { readonly failure: string });

/** The documents of a file, or what is wrong with it as a whole. */
export function openFile(load: Load, file: string): readonly Opened[] | string {
  const bytes = loaded(load, file);
  if (typeof bytes === 'string') return `a file that can be read: ${bytes}`;
  const text = new TextDecoder().decode(bytes);
  if (text.length > CHARACTERS_MAX) return `a file of at most ${CHARACTERS_MAX} characters`;
  const lines = new LineCounter();
  const documents = bounded(() => parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' }));
  if (!documents) return 'a file that is not nested without end';
  if (!Array.isArray(documents)) return [];
  return documents.map(document => {
    const source: Source = { file, document, lines, overrides: [] };
    const [error] = document.errors;
    return error ? { source, failure: error.message.split('\n')[0] } : { source, ...toValue(document) };
  });
}

/** Reports at places of that file. */
export const reportIn = (source: Source, problems: Problem[]): Report => (path, { key, found, expected, suggestion = '', severity = 'error' }) => {
  problems.push({ ...locate(source, path, key), path: formatPath(key === undefined ? path : [...path, key]), found, expected, suggestion, severity });
};

/** The objects of a document with their paths: kubectl prints several as a List. */
export function objectsOf(value: unknown): readonly { readonly value: unknown; readonly path: Path }[] {
  const isList = isObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items);
  return isList ? (value.items as unknown[]).map((item, i) => ({ value: item, path: ['items', i] })) : [{ value, path: [] }];
}

/** The bytes, or why there are none. The loader is the caller's, and whatever it throws says why a file cannot be had. */
export function loaded(load: Load, file: string): Uint8Array | string {
  try {
    return load(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.split('\n')[0];
  }
}
