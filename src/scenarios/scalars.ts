/**
 * Scalars: how durations, quantities, shares and distributions are written, and what they mean.
 *
 * Units   Durations become whole ms; CPU milli-CPU; memory MiB.
 * Errors  Each schema adds an issue with `params: { expected, suggestion }`, which problems.ts turns into a message.
 */
import { z } from 'zod';
import type { Distribution } from '../core/quantiles.ts';
import type { Ms } from '../core/units.ts';
import { isCidr, parseAddress, parseCidr } from './cidr.ts';
import type { Cidr } from './scenario.ts';

/** Adds an issue that says what was expected, and perhaps what to write instead. */
export function refuse(context: z.RefinementCtx, input: unknown, expected: string, suggestion?: string, path: (string | number)[] = []): never {
  context.addIssue({ code: 'custom', input, path, message: `expected ${expected}`, params: { expected, suggestion } });
  return z.NEVER;
}

// ---------------------------------------------------------------------------------------------------------------- durations

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_MAX = 100 * 366 * 86_400_000;
export const DURATION_FORM = 'a duration such as 250ms, 30s, 15m, 4h, 2d or 1h30m';

/** Whole ms of a duration, or null if the text is none (or not whole, or beyond a century). */
export function parseDuration(text: string): Ms | null {
  if (!DURATION.test(text)) return null;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) sum += Number(number) * UNIT_MS[unit];
  const whole = Math.round(sum);
  return Math.abs(sum - whole) < 1e-6 && whole <= DURATION_MAX ? whole : null;
}

/** A duration in its shortest exact form: 90500 -> 1m30.5s. */
export function formatDuration(ms: Ms): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  let text = '';
  for (const unit of ['d', 'h', 'm']) {
    const whole = Math.floor(ms / UNIT_MS[unit]);
    if (whole > 0) text += `${whole}${unit}`;
    ms -= whole * UNIT_MS[unit];
  }
  return ms > 0 ? `${text}${ms / 1000}s` : text || '0s';
}

/** Numbers are refused: their unit would be a guess. */
export const duration = (low: Ms = 0) =>
  z
    .union([z.string(), z.number()], { error: `expected ${DURATION_FORM}` })
    .transform((input, context): Ms => {
      if (typeof input === 'number') return refuse(context, input, DURATION_FORM, `did you mean "${input}s"?`);
      const ms = parseDuration(input);
      if (ms === null) return refuse(context, input, DURATION_FORM, suggestDuration(input));
      return ms < low ? refuse(context, input, `a duration of at least ${formatDuration(low)}`) : ms;
    })
    .meta({ enisim: 'duration' });

/** A duration with a default, which the JSON Schema shows as it would be written. */
export const durationOr = (ms: Ms, low: Ms = 0) => duration(low).default(ms).meta({ written: formatDuration(ms) });

function suggestDuration(text: string): string | undefined {
  const words: Readonly<Record<string, string>> = { sec: 's', secs: 's', second: 's', seconds: 's', min: 'm', mins: 'm', minute: 'm', minutes: 'm', hour: 'h', hours: 'h', hr: 'h', hrs: 'h', day: 'd', days: 'd', msec: 'ms', millis: 'ms', milliseconds: 'ms' };
  const tidied = text.trim().toLowerCase().replaceAll(' ', '').replace(/[a-z]+/g, unit => words[unit] ?? unit);
  return tidied !== text && parseDuration(tidied) !== null ? `did you mean "${tidied}"?` : undefined;
}

// ---------------------------------------------------------------------------------------------------------------- numbers

export const count = (low = 0, high = 1_000_000_000) => z.number().int().min(low).max(high);
export const rate = (high = 1_000_000) => z.number().min(0).max(high);

/** A share: 0.25 or "25%". */
export const share = () =>
  z.union([z.number(), z.string()], { error: 'expected a share such as 25% or 0.25' }).transform((input, context): number => {
    const value = typeof input === 'number' ? input : /^\d+(?:\.\d+)?%$/.test(input) ? Number(input.slice(0, -1)) / 100 : NaN;
    if (value >= 0 && value <= 1) return value;
    return refuse(context, input, 'a share from 0 to 1, or from 0% to 100%', typeof input === 'number' && input > 1 && input <= 100 ? `did you mean "${input}%"?` : undefined);
  });

const MEMORY: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Kubernetes CPU quantity -> milli-CPU, or null. */
export function parseCpu(input: string | number): number | null {
  const text = String(input);
  const milli = /^\d+m$/.test(text) ? Number(text.slice(0, -1)) : /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : NaN;
  return milli <= 1e9 ? Math.ceil(milli - 1e-9) : null;
}

/** Kubernetes memory quantity -> MiB rounded up, or null. A plain number is bytes, as Kubernetes has it. */
export function parseMemory(input: string | number): number | null {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(input));
  const mib = match ? (Number(match[1]) * MEMORY[match[2] ?? '']) / 2 ** 20 : NaN;
  return mib <= 2 ** 31 ? Math.ceil(mib - 1e-9) : null;
}

const quantity = (form: string, parse: (input: string | number) => number | null) =>
  z.union([z.string(), z.number()], { error: `expected ${form}` }).transform((input, context): number => parse(input) ?? refuse(context, input, form));

export const CPU_FORM = 'a CPU quantity such as 500m or 2';
export const MEMORY_FORM = 'a memory quantity such as 256Mi or 4Gi';
export const cpu = () => quantity(CPU_FORM, parseCpu);
export const memory = () => quantity(MEMORY_FORM, parseMemory);
/** GPUs, fractions allowed -> thousandths. */
export const gpu = () => z.number().min(0).max(1000).transform(gpus => Math.round(gpus * 1000));

// ---------------------------------------------------------------------------------------------------------------- blocks, texts

export const cidr = () =>
  z.string().transform((input, context): Cidr => {
    const parsed = parseCidr(input);
    return isCidr(parsed) ? parsed : refuse(context, input, parsed.expected, parsed.suggestion && `did you mean "${parsed.suggestion}"?`);
  });

export const address = () => z.string().transform((input, context): number => parseAddress(input) ?? refuse(context, input, 'an IPv4 address such as 10.0.1.17'));

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,126}[A-Za-z0-9])?$/;
export const name = () =>
  z.string().transform((input, context): string => (NAME.test(input) ? input : refuse(context, input, 'a name of letters, digits, "-", "_" and ".", at most 128, not starting or ending with a sign')));

/** Labels, tags, annotations: values that YAML reads as numbers or booleans are texts all the same. */
export const texts = () => z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

// ---------------------------------------------------------------------------------------------------------------- distributions

const DISTRIBUTIONS = ['fixed', 'uniform', 'lognormal', 'exponential'] as const;
const FORMS = '"2s", { fixed: 2s }, { min: 1s, max: 3s }, { median: 1s, p99: 5s } or { mean: 5m, distribution: exponential }';

/** A random duration. `low` is the smallest value that any draw may have. */
export const distribution = (low: Ms) =>
  z
    .union([
      duration(),
      z.strictObject({
        distribution: z.enum(DISTRIBUTIONS).optional().describe('Which one; the other keys tell it, except that `mean` alone is exponential.'),
        fixed: duration().optional().describe('Always this long.'),
        min: duration().optional().describe('Lower end of a uniform one; for the others no draw is shorter.'),
        max: duration().optional().describe('Upper end of a uniform one.'),
        median: duration(1).optional().describe('Of a lognormal one, with `p99`.'),
        p99: duration(1).optional().describe('Of a lognormal one, with `median`.'),
        mean: duration(1).optional().describe('Of an exponential one.'),
      }),
    ], { error: `expected one of ${FORMS}` })
    .transform((input, context): Distribution => {
      const parts = typeof input === 'number' ? { fixed: input } : input;
      const shortest = (given: Ms | undefined, otherwise: Ms) => given ?? otherwise;
      const { fixed, min, max, median, p99, mean, distribution: kind = kindOf(parts) } = parts as Parts;
      const keys = Object.keys(parts).filter(key => key !== 'distribution');
      const takes = kind && KEYS[kind];
      if (!takes || keys.some(key => !takes.includes(key))) return refuse(context, input, `one of ${FORMS}`);
      const tooShort = (at: Ms) => (at < low ? refuse(context, input, `no draw below ${formatDuration(low)}`) : undefined);
      if (kind === 'fixed' && fixed !== undefined) return tooShort(fixed) ?? { kind, ms: fixed };
      if (kind === 'uniform' && min !== undefined && max !== undefined) {
        if (max < min) return refuse(context, input, 'max not below min');
        return tooShort(min) ?? { kind, minMs: min, maxMs: max };
      }
      if (kind === 'lognormal' && median !== undefined && p99 !== undefined) {
        const minMs = shortest(min, Math.max(low, 1));
        if (p99 < median) return refuse(context, input, 'p99 not below median');
        if (minMs > median) return refuse(context, input, 'min not above median');
        return tooShort(minMs) ?? { kind, medianMs: median, p99Ms: p99, minMs };
      }
      if (kind === 'exponential' && mean !== undefined) {
        const minMs = shortest(min, low);
        if (minMs > mean) return refuse(context, input, 'min not above mean');
        return tooShort(minMs) ?? { kind, meanMs: mean, minMs };
      }
      return refuse(context, input, `${kind} with ${takes.filter(key => key !== 'min' || kind === 'uniform').join(' and ')}`);
    });

type Parts = { distribution?: Distribution['kind']; fixed?: Ms; min?: Ms; max?: Ms; median?: Ms; p99?: Ms; mean?: Ms };
const KEYS: Readonly<Record<Distribution['kind'], readonly string[]>> = { fixed: ['fixed'], uniform: ['min', 'max'], lognormal: ['median', 'p99', 'min'], exponential: ['mean', 'min'] };
const kindOf = (parts: Parts): Distribution['kind'] | undefined =>
  parts.fixed !== undefined ? 'fixed' : parts.median !== undefined || parts.p99 !== undefined ? 'lognormal' : parts.mean !== undefined ? 'exponential' : parts.min !== undefined || parts.max !== undefined ? 'uniform' : undefined;
