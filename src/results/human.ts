/** Human: numbers, spans and shares as people read them. The same on every machine: no locale is asked. */

/** 1234567 -> '1,234,567'; from ten million on '12.3 M'. */
export function humanCount(n: number): string {
  if (Math.abs(n) >= 1e10) return `${trimmed(n / 1e9)} G`;
  if (Math.abs(n) >= 1e7) return `${trimmed(n / 1e6)} M`;
  return String(Math.round(n)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** ms -> '0 ms', '350 ms', '12.3 s', '5 min 12 s', '3 h 05 min', '2 d 03 h'. */
export function humanSpan(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** part of whole -> '12.3 %'; never '0 %' for something, never '100 %' for less than all. */
export function humanShare(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.1) return '< 0.1 %';
  if (part < whole && percent >= 99.95) return '> 99.9 %';
  return `${trimmed(percent)} %`;
}

/** 350 -> '350 B', 12345 -> '12.3 kB', 1234567 -> '1.2 MB'. */
export function humanBytes(bytes: number): string {
  if (bytes >= 1e9) return `${trimmed(bytes / 1e9)} GB`;
  if (bytes >= 1e6) return `${trimmed(bytes / 1e6)} MB`;
  return bytes >= 1000 ? `${trimmed(bytes / 1000)} kB` : `${bytes} B`;
}

/** '1 pod', '2 pods'. */
export const plural = (n: number, one: string, many = `${one}s`) => `${humanCount(n)} ${n === 1 ? one : many}`;

/** Three figures or so, without a tail of zeros: 12.3, 12, 123. */
const trimmed = (n: number) => (Math.abs(n) >= 100 ? n.toFixed(0) : n.toFixed(1).replace(/\.0$/, ''));

const pair = (large: number, largeUnit: string, rest: number, restUnit: string) =>
  rest === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${String(rest).padStart(2, '0')} ${restUnit}`;
