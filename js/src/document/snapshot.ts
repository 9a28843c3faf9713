import { Counter, ImmutableString } from "@automerge/automerge/slim";
import { BigInteger, UnknownValue } from "./kind.ts";

/** What a saved notebook carries of a document, for when nobody can be asked. */
export interface Snapshot {
  readonly value: unknown;
  readonly asOf?: string;
  readonly heads?: readonly string[];
}

/** JSON has no bytes, dates or counters; snapshots carry them as maps with one key that begins with "$". */
export function reviveSnapshot(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveSnapshot);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const only = entries.length === 1 ? entries[0] : undefined;
  const revived = only && only[0].startsWith("$") ? reviveMarked(only[0], only[1]) : undefined;
  if (revived !== undefined) return revived;
  return Object.fromEntries(entries.map(([name, item]) => [name, reviveSnapshot(item)]));
}

function reviveMarked(mark: string, value: unknown): unknown {
  switch (mark) {
    case "$bytes":
      return typeof value === "string" ? fromBase64(value) : undefined;
    case "$date":
      return new Date(String(value));
    case "$counter":
      return new Counter(Number(value));
    case "$string":
      return new ImmutableString(String(value));
    case "$int":
      return new BigInteger(String(value));
    case "$float":
      return typeof value === "string" ? FLOATS.get(value) : undefined;
    case "$unknown":
      return unknownScalar(value);
    case "$deep":
      return value === "map" || value === "list" ? new UnknownValue(`a ${value}, nested too deep to be shown`) : undefined;
    default:
      return undefined;
  }
}

const FLOATS = new Map([["nan", NaN], ["inf", Infinity], ["-inf", -Infinity]]);

function unknownScalar(value: unknown): UnknownValue | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("bytes" in value)) return undefined;
  const bytes = typeof value.bytes === "string" ? fromBase64(value.bytes) : undefined;
  return bytes && new UnknownValue(`a value of kind ${Number(value.kind)}, ${bytes.length === 1 ? "1 byte" : `${bytes.length} bytes`}`);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    // Not ours: a map that happens to have such a key is shown as the map that it is.
    return undefined;
  }
}
