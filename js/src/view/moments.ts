import type { Since } from "../peers/peer.ts";

/** A moment as people say it: today by the clock, otherwise with its date. */
export function clockWords(at: Date, now = new Date()): string {
  if (Number.isNaN(at.getTime())) return "at an unknown time";
  const today = at.toDateString() === now.toDateString();
  return at.toLocaleString(undefined, today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
}

export function sinceWords(since: Since | null): string {
  if (!since) return "never heard";
  const at = clockWords(since.at).replaceAll(" ", "\u00a0"); // a narrow column breaks before it, not within
  return since.what === "heard" ? `heard ${at}` : `${since.what} since ${at}`;
}
