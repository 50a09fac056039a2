import { describe, expect, it } from 'vitest';
import { prometheusText } from '../../src/results/prometheus.ts';
import { parsePrometheus } from './prom.ts';

describe("Prometheus's text format", () => {
  it('is what the format asks for, to the letter', () => {
    expect(prometheusText([
      { name: 'a_total', type: 'counter', help: 'A back\\slash and\na line', samples: [{ labels: {}, value: 3 }, { labels: { fn: 'say "no"\\\n' }, value: 1e21 }] },
      { name: 'b', type: 'gauge', help: 'nothing', samples: [] },
      { name: 'c', type: 'summary', help: 'c', samples: [{ suffix: '_sum', labels: { x: '1', y: '2' }, value: 0.5 }, { suffix: '_count', labels: { x: '1', y: '2' }, value: -Infinity }] },
    ])).toBe([
      '# HELP a_total A back\\\\slash and\\na line', '# TYPE a_total counter', 'a_total 3', 'a_total{fn="say \\"no\\"\\\\\\n"} 1e+21',
      '# HELP c c', '# TYPE c summary', 'c_sum{x="1",y="2"} 0.5', 'c_count{x="1",y="2"} -Inf', '',
    ].join('\n'));
  });

  it.each(['a 1\n', '# HELP a b\n# TYPE a gauge\na{b=c} 1\n', '# HELP a b\n# TYPE a gauge\nb 1\n', '# HELP a b\n# TYPE a gauge\na 1\na 2\n', '# HELP a b\n# TYPE a gauge\na 1'])('its reader in these tests refuses %j', text => {
    expect(() => parsePrometheus(text)).toThrow();
  });
});
