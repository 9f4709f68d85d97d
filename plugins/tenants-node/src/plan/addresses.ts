import { isIPv4 } from 'node:net';

/** An address as a number of its family. */
export interface Address {
  family: 4 | 6;
  value: bigint;
}

/** A range as its first and its last address. */
export interface Range {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads an address in any of its spellings. */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) {
    const value = text
      .split('.')
      .reduce((all, part) => all * 256n + BigInt(part), 0n);
    return { family: 4, value };
  }
  // An IPv4 address may stand for the last two groups.
  const [, head, tail] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const plain = tail
    ? `${head}${groups(parseAddress(tail).value, 2).join(':')}`
    : text;
  const [left, right] = plain.split('::');
  const of = (part = '') => part.split(':').filter(Boolean);
  const given = [of(left), of(right)];
  const missing = 8 - given[0].length - given[1].length;
  const all = [...given[0], ...Array(missing).fill('0'), ...given[1]];
  return {
    family: 6,
    value: all.reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n),
  };
}

/** Reads a range such as `10.0.0.0/8`, or one address. */
export function parseRange(text: string): Range {
  const [address, prefix] = text.split('/');
  const { family, value } = parseAddress(address);
  const bits = BITS[family];
  const host = BigInt(bits - (prefix === undefined ? bits : Number(prefix)));
  const first = (value >> host) << host;
  return { family, first, last: first + (1n << host) - 1n };
}

/** Whether an address is in a range. */
export function isIn({ family, value }: Address, range: Range): boolean {
  return family === range.family && value >= range.first && value <= range.last;
}

/** Whether all of a range is in another; both as they are written. */
export function holds(range: string, other: string): boolean {
  const [outer, inner] = [range, other].map(parseRange);
  return (
    outer.family === inner.family &&
    outer.first <= inner.first &&
    outer.last >= inner.last
  );
}

/** Writes an address, of IPv6 without leaving out any group. */
export function formatAddress({ family, value }: Address): string {
  return family === 4
    ? Array.from({ length: 4 }, (_, i) =>
        String((value >> BigInt(24 - 8 * i)) & 255n),
      ).join('.')
    : groups(value, 8).join(':');
}

function groups(value: bigint, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    ((value >> BigInt(16 * (count - 1 - i))) & 0xffffn).toString(16),
  );
}

/**
 * One address for each way in which any address can be in some of these ranges
 * and out of the others: each range's ends, and what is next to them.
 */
export function representatives(ranges: Range[]): Address[] {
  const found = new Map<string, Address>();
  for (const { family, first, last } of ranges) {
    const end = (1n << BigInt(BITS[family])) - 1n;
    for (const value of [first, last, first - 1n, last + 1n]) {
      if (value >= 0n && value <= end) {
        found.set(`${family} ${value}`, { family, value });
      }
    }
  }
  return [...found.values()];
}
