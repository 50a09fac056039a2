/**
 * YAML: the library's ways to fail on what a user wrote, made into values.
 *
 * Why     Parser and converter recurse, and aliases multiply: a file can be deeper than the stack or larger than memory.
 */
import type { Document } from 'yaml';

const ALIASES_MAX = 100;

/** What `make` gives, or null if the input is nested more deeply than the stack. */
export function bounded<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The plain value of a document, or why it has none: an alias without anchor, too many aliases, a merge of no map, nesting without end. */
export function toValue(document: Pick<Document, 'toJS'>): { readonly value: unknown } | { readonly failure: string } {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    const isMerge = error instanceof Error && error.message.startsWith('Merge sources');
    if (error instanceof ReferenceError || error instanceof RangeError || error instanceof TypeError || isMerge) return { failure: error.message.split('\n')[0] };
    throw error;
  }
}
