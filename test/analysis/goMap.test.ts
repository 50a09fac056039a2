/**
 * The recorded scripts once more, walked as Go walks its maps. What comes out is another history, so lines are not compared: what must hold in any
 * order is.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { attachedCount, heldCount } from '../../src/core/attached.ts';
import { N, S } from '../../src/core/node.ts';
import { checkSubnets } from '../../src/core/subnet.ts';
import { createReplay } from '../../src/analysis/replay/node.ts';
import { runLine } from '../../src/analysis/replay/operations.ts';
import { checkStore } from '../../src/engine/ipamd/check.ts';
import { isPrefixCapable, parseEnvironment } from '../../src/index.ts';

const GOLDEN = join(import.meta.dirname, '../golden/ipamd');
const names = readdirSync(GOLDEN).filter(name => name.endsWith('.jsonl.gz'));

function walk(name: string, key: number, goMap: boolean) {
  const [header, ...lines] = gunzipSync(readFileSync(join(GOLDEN, name))).toString('utf8').trim().split('\n').map(line => JSON.parse(line));
  const replay = createReplay(header, lines, { isPrefixCapable, parseEnvironment, goMap });
  const { b, n } = replay;
  b.w[n + N.orderKey] = key;
  const attachesOthers = lines.some(({ a }) => a?.kind === 'attach'); // they do not look at the limit
  const history: unknown[] = [];
  for (const line of lines) {
    const outcome = runLine(replay, line);
    checkStore(b, n, replay.settings);
    for (let a = 0; a < attachedCount(b, n); a++) expect(heldCount(b, n, a)).toBeLessThanOrEqual(replay.settings.slotsPerEni);
    if (!attachesOthers) expect(attachedCount(b, n)).toBeLessThanOrEqual(header.limits.enis);
    history.push([outcome, replay.calls, b.w[n + S.total], b.w[n + S.assigned]]);
  }
  checkSubnets(replay.world.subnets);
  return history;
}

describe('in the order of Go\'s maps', () => {
  it.each(names)('%s keeps its invariants, and the same key gives the same history', name => {
    expect(walk(name, 1, true)).toEqual(walk(name, 1, true));
  });

  it('another key gives another history', () => {
    const name = 'p004-default-m5.4xlarge-osc.jsonl.gz';
    expect(walk(name, 1, true)).not.toEqual(walk(name, 2, true));
    expect(walk(name, 1, false)).toEqual(walk(name, 2, false));
  });
});
