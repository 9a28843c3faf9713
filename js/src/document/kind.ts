import { isCounter, isImmutableString } from "@automerge/automerge/slim";

export type Kind =
  | "map" | "list" | "text" | "string" | "integer" | "float" | "boolean" | "null" | "bytes" | "time" | "counter" | "unknown";

/** A Python integer that JavaScript's numbers cannot hold, as a snapshot carries it. */
export class BigInteger {
  constructor(readonly digits: string) {}
}

/** What a snapshot cannot carry: a scalar of a kind that Python does not know, or what is nested too deep. */
export class UnknownValue {
  constructor(readonly words: string) {}
}

/** `stored` is the datatype in the document, where known: JavaScript cannot tell 3 from 3.0. */
export function kindOf(value: unknown, stored?: string): Kind {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return stored === "f64" || !Number.isInteger(value) ? "float" : "integer";
  if (typeof value === "bigint" || value instanceof BigInteger) return "integer";
  if (Array.isArray(value)) return "list";
  if (value instanceof Date) return "time";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof UnknownValue) return "unknown";
  if (isCounter(value)) return "counter";
  if (isImmutableString(value)) return "string";
  return "map";
}

const SHOWN_TEXT = 240;
const SHOWN_BYTES = 16;
const SHOWN_PREVIEW = 72;

/** A value in one line, for reading: long ones are cut, with a word on how much there is. */
export function lineOf(value: unknown, kind: Kind): string {
  switch (kind) {
    case "map":
    case "list":
      return previewOf(value, SHOWN_PREVIEW);
    case "text":
    case "string":
      return cut(String(value), SHOWN_TEXT).replaceAll("\n", " ⏎ ");
    case "float":
      return floatLine(value as number);
    case "bytes":
      return bytesLine(value as Uint8Array);
    case "time":
      return timeLine(value as Date);
    case "counter":
      return String(Number(value));
    case "unknown":
      return (value as UnknownValue).words;
    case "integer":
      return value instanceof BigInteger ? value.digits : String(value);
    default:
      return String(value ?? null);
  }
}

export function countOf(value: object): string {
  if (Array.isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  const count = Object.keys(value).length;
  return count === 1 ? "1 entry" : `${count} entries`;
}

function floatLine(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function timeLine(value: Date): string {
  return Number.isNaN(value.getTime()) ? "not a date" : value.toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC");
}

function bytesLine(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > SHOWN_BYTES ? `${shown} … (${bytes.length} bytes)` : shown || "no bytes";
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}… (${text.length} characters)`;
}

/** The beginning of a container's content, as far as it fits. */
function previewOf(value: unknown, room: number): string {
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let used = 0;
  for (const name of firstNames(value as object, room)) {
    const item = (value as Record<string | number, unknown>)[name];
    const kind = kindOf(item);
    const line = kind === "map" ? "{…}" : kind === "list" ? "[…]" : kind === "text" ? `“${shortened(String(item))}”` : lineOf(item, kind);
    const part = isList ? line : `${name}: ${line}`;
    used += part.length + 2;
    if (used > room) {
      parts.push("…");
      break;
    }
    parts.push(part);
  }
  return isList ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`;
}

function firstNames(value: object, count: number): Array<string | number> {
  if (Array.isArray(value)) return Array.from({ length: Math.min(value.length, count) }, (_, index) => index);
  return Object.keys(value).slice(0, count);
}

function shortened(text: string): string {
  const line = text.replaceAll("\n", " ");
  return line.length > 24 ? `${line.slice(0, 23)}…` : line;
}
