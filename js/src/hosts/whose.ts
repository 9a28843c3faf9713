import { clockWords } from "../view/moments.ts";
import type { Life } from "./kernel-life.ts";

interface Summary {
  readonly state?: string;
}

/** Its Repo is closed, or no longer has the document: what it said last is all that it will say. */
export function isOver(summary: Summary): boolean {
  return summary.state === "closed";
}

/** Whose view a kernel's rows are, and from when. Small: it is part of the loader. */
export function kernelWords(life: Life, summary: Summary, asOf: unknown): string {
  const at = clockWords(new Date(String(asOf)));
  const over = isOver(summary); // which the summary says itself
  if (over || life === "gone") return `${over ? "" : "no longer live: "}as this notebook's kernel last saw it, ${at}`;
  return `as this notebook's kernel ${life === "lives" ? "sees" : "saw"} it, last news ${at}`;
}
