/** A strict reader of Prometheus's text format: every line must be one that the format knows, and each family whole. */
export interface Parsed { readonly type: string; readonly series: ReadonlyMap<string, number> }

const LINE = /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (?<value>NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

export function parsePrometheus(text: string): Map<string, Parsed> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { type: string; series: Map<string, number> }>();
  let current = '', helped = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') helped = name;
    else if (kind === 'TYPE') {
      if (helped !== name || families.has(name)) throw new Error(`${name}: no HELP before it, or twice`);
      families.set(name, { type: rest, series: new Map() });
      current = name;
    } else {
      const groups = LINE.exec(line)?.groups;
      const family = families.get(current);
      const suffixes = family?.type === 'summary' ? ['_sum', '_count'] : family?.type === 'histogram' ? ['_sum', '_count', '_bucket'] : [''];
      if (!groups || !family || !suffixes.some(suffix => groups.name === current + suffix)) throw new Error(`not a sample of ${current}: ${line}`);
      const key = `${groups.name.slice(current.length)}{${groups.labels ?? ''}}`;
      if (family.series.has(key)) throw new Error(`twice: ${line}`);
      family.series.set(key, groups.value === '+Inf' ? Infinity : groups.value === '-Inf' ? -Infinity : Number(groups.value));
    }
  }
  return families;
}
