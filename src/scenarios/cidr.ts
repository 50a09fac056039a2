/**
 * CIDR: IPv4 blocks, and what a VPC and its subnets may be made of.
 *
 * Shape   A block is { text, first, bits, size }; `first` is a uint32.
 * Errors  `vpcRules` and `subnetRules` return findings as data, each with its severity: what AWS is known to refuse is an error; what
 *         stands only in a table of 2023, or is a quota that can be raised, a warning.
 * Source  VPC user guide: vpc-cidr-blocks, subnet-sizing, amazon-vpc-limits (June 2023).
 */
import type { Cidr } from './scenario.ts';

export type Severity = 'error' | 'warning';
export type Finding = { readonly index: number; readonly severity: Severity; readonly found: string; readonly expected: string; readonly suggestion?: string };

/** AWS keeps the first four addresses of a subnet and the last. */
export const RESERVED_ADDRESSES = 5;

export const dotted = (address: number): string => [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');

/** Uint32 of a dotted address, or null. */
export function parseAddress(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.every(part => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}

export function block(first: number, bits: number): Cidr {
  return { text: `${dotted(first)}/${bits}`, first, bits, size: 2 ** (32 - bits) };
}

/** A block, or why the text is none, with the block that was probably meant. */
export function parseCidr(text: string): Cidr | { readonly expected: string; readonly suggestion?: string } {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address = match && parseAddress(match[1]);
  const bits = match ? Number(match[2]) : 33;
  if (match === null || address === null || bits > 32) return { expected: 'an IPv4 block such as 10.0.0.0/16' };
  const first = address - (address % 2 ** (32 - bits));
  return first === address ? block(first, bits) : { expected: `a block that starts on its boundary`, suggestion: block(first, bits).text };
}

export const isCidr = (parsed: Cidr | { readonly expected: string }): parsed is Cidr => 'first' in parsed;
export const contains = (outer: Cidr, inner: Cidr): boolean => inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
export const overlap = (a: Cidr, b: Cidr): boolean => a.first < b.first + b.size && b.first < a.first + a.size;

// ---------------------------------------------------------------------------------------------------------------- VPC

const range = (text: string): Cidr => {
  const [address, bits] = text.split('/');
  return block(parseAddress(address) ?? 0, Number(bits));
};
const TEN = range('10.0.0.0/8');
const TEN_15 = range('10.0.0.0/15');
const TEN_16 = range('10.0.0.0/16');
const B172 = range('172.16.0.0/12');
const B172_31 = range('172.31.0.0/16');
const B192 = range('192.168.0.0/16');
const B198_19 = range('198.19.0.0/16');
const SHARED = range('100.64.0.0/10');
const LINK_LOCAL = range('169.254.0.0/16');
const UNUSABLE = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4'].map(range);

type Family = '10.0.0.0/8' | '172.16.0.0/12' | '192.168.0.0/16' | '198.19.0.0/16' | '100.64.0.0/10' | 'public';
const FAMILIES: readonly (readonly [Cidr, Family])[] = [[TEN, '10.0.0.0/8'], [B172, '172.16.0.0/12'], [B192, '192.168.0.0/16'], [B198_19, '198.19.0.0/16'], [SHARED, '100.64.0.0/10']];
const familyOf = (cidr: Cidr): Family => FAMILIES.find(([whole]) => contains(whole, cidr))?.[1] ?? 'public';

/** Families that may not be added to a VPC whose primary block is of the key's. */
const FORBIDDEN: Readonly<Record<Family, readonly Family[]>> = {
  '10.0.0.0/8': ['172.16.0.0/12', '192.168.0.0/16', '198.19.0.0/16'],
  '172.16.0.0/12': ['10.0.0.0/8', '192.168.0.0/16', '198.19.0.0/16'],
  '192.168.0.0/16': ['10.0.0.0/8', '172.16.0.0/12', '198.19.0.0/16'],
  '198.19.0.0/16': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  '100.64.0.0/10': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.19.0.0/16'],
  public: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.19.0.0/16'],
};

const CIDRS_BY_DEFAULT = 5;
const CIDRS_AT_MOST = 50;

/** What is wrong with the blocks of a VPC; the first is the primary one, and null marks one that could not be read. */
export function vpcRules(cidrs: readonly (Cidr | null)[]): Finding[] {
  const findings: Finding[] = [];
  const first = cidrs.at(0) ?? null;
  cidrs.forEach((cidr, index) => {
    if (!cidr) return;
    const add = (severity: Severity, expected: string, suggestion?: string) => findings.push({ index, severity, found: cidr.text, expected, ...(suggestion === undefined ? {} : { suggestion }) });
    if (cidr.bits < 16 || cidr.bits > 28) add('error', 'a VPC block from /16 (65,536 addresses) to /28 (16)', splitIntoSixteens(cidr));
    if (overlap(LINK_LOCAL, cidr)) add('error', 'a block outside 169.254.0.0/16, which is link-local');
    if (UNUSABLE.some(whole => overlap(whole, cidr))) add('error', 'a block of unicast addresses');
    const twin = cidrs.find((other, i) => i < index && other !== null && overlap(other, cidr));
    if (twin) add('error', `a block that does not overlap ${twin.text}`);
    if (index === CIDRS_AT_MOST) add('error', `at most ${CIDRS_AT_MOST} blocks a VPC`);
    else if (index === CIDRS_BY_DEFAULT) add('warning', `at most ${CIDRS_BY_DEFAULT} blocks a VPC unless the quota was raised (to ${CIDRS_AT_MOST} at most)`);
    if (index === 0 || !first) return;
    const [primary, family] = [familyOf(first), familyOf(cidr)];
    if (FORBIDDEN[primary].includes(family)) {
      const hint = family === '198.19.0.0/16' ? 'a block of 100.64.0.0/10, which every VPC may add' : undefined;
      add('warning', `no block of ${family} beside a primary block of ${primary} (${first.text}); AWS's table of 2023 excludes it`, hint);
    }
    if (primary === '10.0.0.0/8' && contains(TEN_15, first) && overlap(TEN_16, cidr))
      add('warning', 'no block of 10.0.0.0/16 beside a primary block within 10.0.0.0/15');
    if (primary === '172.16.0.0/12' && overlap(B172_31, cidr)) add('warning', 'no block of 172.31.0.0/16 beside a primary block of 172.16.0.0/12');
  });
  return findings;
}

function splitIntoSixteens(cidr: Cidr): string | undefined {
  if (cidr.bits >= 16) return undefined;
  const count = 2 ** (16 - cidr.bits);
  const some = Array.from({ length: Math.min(3, count) }, (_, i) => block(cidr.first + i * 65_536, 16).text).join(', ');
  return `up to ${count} blocks of /16: ${some}${count > 3 ? ', ...' : ''}`;
}

// ---------------------------------------------------------------------------------------------------------------- subnets

const SUBNETS_BY_DEFAULT = 200;

/** What is wrong with the subnets' blocks, within themselves and against each other; `null` marks one that could not be read. */
export function subnetRules(cidrs: readonly (Cidr | null)[], vpc: readonly Cidr[]): Finding[] {
  const findings: Finding[] = [];
  cidrs.forEach((cidr, index) => {
    if (!cidr) return;
    const error = (expected: string) => findings.push({ index, severity: 'error', found: cidr.text, expected });
    if (cidr.bits < 16 || cidr.bits > 28) error('a subnet from /16 to /28');
    else if (vpc.length > 0 && !vpc.some(outer => contains(outer, cidr))) error(`a block inside one of the VPC's: ${vpc.map(outer => outer.text).join(', ')}`);
    const twin = cidrs.findIndex((other, i) => i < index && other !== null && overlap(other, cidr));
    if (twin >= 0) error(`a block that does not overlap ${cidrs[twin]?.text}`);
    if (index === SUBNETS_BY_DEFAULT) findings.push({ index, severity: 'warning', found: `${cidrs.length} subnets`, expected: `at most ${SUBNETS_BY_DEFAULT} subnets a VPC unless the quota was raised` });
  });
  return findings;
}
