/** Overrides: `--set path=value`, applied to the document before it is read, so that they are checked like the file itself. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { didYouMean } from './closest.ts';
import { show, type Path, type Problem } from './problems.ts';
import { bounded, toValue } from './yaml.ts';

export type Override = { readonly path: Path; readonly text: string };

const FORM = 'path=value, such as duration=4h, cni.env.WARM_IP_TARGET=2, nodeGroups.workers.count=100 or subnets[0].tags["kubernetes.io/role/cni"]=1';

/** Applies each text to `document`; what cannot be applied is a problem. Lists take an index, or the `name` of an item. */
export function applyOverrides(document: Document, texts: readonly string[]): { overrides: Override[]; problems: Problem[] } {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const text of texts) {
    const refuse = (found: string, expected: string, suggestion = '') => problems.push({ file: `--set ${text}`, line: 1, column: 1, path: '', found, expected, suggestion, severity: 'error' });
    const [parts, rest] = splitPath(text);
    if (!parts || rest === undefined) {
      refuse(show(text), FORM);
      continue;
    }
    const parsed = bounded(() => parseDocument(rest, { logLevel: 'error' }));
    const value = parsed && parsed.errors.length === 0 ? toValue(parsed) : { failure: 'no YAML' };
    if ('failure' in value) {
      refuse(show(rest), 'a value in YAML');
      continue;
    }
    const path = find(document, parts, refuse);
    if (!path) continue;
    document.setIn(path, document.createNode(value.value));
    overrides.push({ path, text });
  }
  return { overrides, problems };
}

/** `a.b[0]["c.d"]=v` -> [['a', 'b', '0', 'c.d'], 'v']. */
function splitPath(text: string): [string[] | null, string | undefined] {
  const parts: string[] = [];
  const word = /(?:^|\.)([^.[\]="]+)|\[(?:"([^"]*)"|([^\]"]+))\]/y;
  let at = 0;
  while (at < text.length && text[at] !== '=') {
    word.lastIndex = at;
    const match = word.exec(text);
    if (!match) return [null, undefined];
    parts.push(match[1] ?? match[2] ?? match[3]);
    at = word.lastIndex;
  }
  return parts.length > 0 && text[at] === '=' ? [parts, text.slice(at + 1)] : [null, undefined];
}

/** The path with list items by index, or null after a refusal. Maps that are missing on the way are made. */
function find(document: Document, parts: readonly string[], refuse: (found: string, expected: string, suggestion?: string) => void): (string | number)[] | null {
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  for (const [i, part] of parts.entries()) {
    if (isAlias(node)) {
      refuse(`an alias at ${parts.slice(0, i).join('.')}`, 'a value that is written out: an alias stands for another place too');
      return null;
    }
    if (isSeq(node)) {
      const items = node.items;
      const names = items.map(item => (isMap(item) ? String(item.get('name') ?? item.get('kind') ?? '') : ''));
      const named = names.indexOf(part);
      const index = named >= 0 ? named : /^\d{1,9}$/.test(part) ? Number(part) : -1;
      if (index < 0 || index >= items.length) {
        refuse(JSON.stringify(part), `an index below ${items.length}, or one of the names ${names.filter(Boolean).join(', ')}`, didYouMean(part, names.filter(Boolean)));
        return null;
      }
      path.push(index);
      node = items[index];
    } else if (isMap(node)) {
      const key = node.items.map(pair => pair.key).find(each => isScalar(each) && String(each.value) === part);
      path.push(isScalar(key) && typeof key.value === 'number' ? key.value : part);
      const value = node.get(path[path.length - 1], true);
      if (isScalar(value) && value.value === null && i < parts.length - 1) document.deleteIn(path);
      node = isScalar(value) && value.value === null ? undefined : value;
    } else if (node === undefined || node === null) {
      path.push(part);
    } else {
      refuse(`a plain value at ${parts.slice(0, i).join('.')}`, 'a map or list to set something in');
      return null;
    }
  }
  return path;
}
