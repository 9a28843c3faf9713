import { Counter, Float64, ImmutableString } from "@automerge/automerge/slim";
import { type Kind, lineOf } from "./kind.ts";

/** What a person typed for a scalar, as the value to write, or a sentence on what is wanted instead. */
export type Parsed = { readonly value: unknown } | { readonly wanted: string };

/** The text that an editor of this value starts with. */
export function draftOf(value: unknown, kind: Kind): string {
  if (kind === "null") return "";
  if (kind === "string") return String(value);
  if (kind === "time") return (value as Date).toISOString();
  return lineOf(value, kind);
}

/** The kind of a value stays what it is when it is edited: other programs rely on it. Null takes any JSON scalar. */
export function parseScalar(draft: string, kind: Kind): Parsed {
  const text = draft.trim();
  switch (kind) {
    case "string":
      return { value: new ImmutableString(draft) };
    case "integer":
    case "counter":
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? { value: Number(text) } : { wanted: "a whole number" };
    case "float":
      return text !== "" && Number.isFinite(Number(text)) ? { value: new Float64(Number(text)) } : { wanted: "a number" };
    case "time":
      return parseTime(text);
    case "null":
      return parseAny(text);
    default:
      return { wanted: `nothing: ${kind} values are not edited here` };
  }
}

function parseTime(text: string): Parsed {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? { wanted: "a time like 2026-11-23T09:30:00Z" } : { value: time };
}

function parseAny(text: string): Parsed {
  if (text === "" || text === "null") return { value: null };
  if (text === "true" || text === "false") return { value: text === "true" };
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return { value: Number(text) };
  const number = Number(text);
  return { value: Number.isFinite(number) ? new Float64(number) : text };
}

/** Write a parsed value in place of `old`: counters are moved, so that others' increments stay. */
export function writeScalar(parent: Record<string | number, unknown>, prop: string | number, old: unknown, value: unknown): void {
  const present = parent[prop];
  if (present instanceof Counter || isCounterProxy(present)) (present as Counter).increment(Number(value) - Number(old));
  else parent[prop] = value;
}

function isCounterProxy(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as Counter).increment === "function";
}
