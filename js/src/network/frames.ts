import { cbor } from "@automerge/automerge-repo/slim";

/** What a server says of itself in its `peer` message: claims, except `access`, which it enforces itself. */
export interface ServerMetadata {
  readonly storageId?: string;
  readonly isEphemeral?: boolean;
  readonly name?: string;
  readonly kind?: string;
  readonly sessionId?: string;
  readonly access?: string;
  readonly durableAcks?: number;
}

export type Frame = { readonly type: string } & { readonly [key: string]: unknown };

/** One frame, or a word on what is wrong with it. */
export function readFrame(data: unknown): Frame | string {
  if (!(data instanceof ArrayBuffer || ArrayBuffer.isView(data))) return "a text frame";
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let value: unknown;
  try {
    value = cbor.decode(bytes);
  } catch (error) {
    return `a frame that is not CBOR (${String(error)})`;
  }
  if (typeof value !== "object" || value === null) return "a frame that is not a map";
  if (typeof (value as Frame).type !== "string") return "a frame without a type";
  return value as Frame;
}

export function writeFrame(message: object): Uint8Array {
  return cbor.encode(message);
}

/**
 * The heads that open an Automerge sync message: a byte 0x42 or 0x43, a LEB128 count, hashes of 32 bytes.
 * Null when the bytes are not such a message.
 */
export function headsOfSyncMessage(data: Uint8Array): string[] | null {
  if (data[0] !== 0x42 && data[0] !== 0x43) return null;
  let count = 0;
  let at = 1;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at++];
    if (byte === undefined || shift > 28) return null;
    count += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (at + count * 32 > data.length) return null;
  return Array.from({ length: count }, (_, index) => hex(data.subarray(at + index * 32, at + index * 32 + 32)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
