/**
 * Units: the words for moments, indices and sentinels that every table shares.
 *
 * Units   Ms is a whole number of milliseconds of simulated time. In a node's block a moment is an Int32 relative to the
 *         run's origin, which `rebase` in block.ts moves before it can overflow (24.8 days); elsewhere it is a double.
 */
declare const brand: unique symbol;

/** Whole milliseconds. */
export type Ms = number;
/** A storage slot for a node; recycled when a node is gone. */
export type NodeIndex = number & { readonly [brand]?: 'node' };
/** The stable number of a node, which keys its random draws and breaks ties. */
export type NodeId = number & { readonly [brand]?: 'nodeId' };
/** Word offset of a node's block in its group's buffer. */
export type Block = number & { readonly [brand]?: 'block' };
/** A row of the ENI table of one data store. */
export type EniRow = number & { readonly [brand]?: 'eni' };
/** A place on an ENI: `eni * slotsPerEni + slot`. */
export type SlotRow = number & { readonly [brand]?: 'slot' };
/** One address of a slot: `slotRow * 16 + host`; host is 0 for a secondary IP, 0..15 inside a prefix. */
export type AddressRef = number & { readonly [brand]?: 'address' };
/** A row of the node's pod table. */
export type PodRow = number & { readonly [brand]?: 'pod' };

export const NONE = -1;
/** Long before anything; also Go's zero time. */
export const NEVER = -0x80000000;
/** Later than anything; an event that is not scheduled. */
export const FOREVER = 0x7fffffff;

export const seconds = (s: number): Ms => Math.round(s * 1000);

export const PREFIX_SIZE = 16;
export const PREFIX_BITS = 4;

/** Dotted form of an IPv4 address kept as an Int32 or Uint32. */
export function dotted(ip: number): string {
  return `${(ip >>> 24) & 255}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}
