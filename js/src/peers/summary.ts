import type { Standing } from "../document/standing.ts";
import { isCopy } from "./facts.ts";
import type { Peer } from "./peer.ts";
import type { Summary } from "./row.ts";
import { changes, type Sign } from "./sign.ts";

/** Is any work of this window at risk? Others count as far as they are known to have all of it. */
export function summaryOf(peers: readonly Peer[], server: Standing | null): Summary {
  const copies = peers.filter(({ facts }) => isCopy(facts)).length;
  if (copies > 0) return { state: "safe", copies, words: `${copies === 1 ? "one store has" : `${copies} stores have`} everything` };
  const unsafe = server?.unsafe ?? null;
  const facts = peers[0]?.facts;
  if (facts?.trouble) return { state: "error", copies, words: "the server cannot save" };
  if (facts?.link !== "connected") return { state: "unsent", copies, words: unsafe ? `${changes(unsafe)} in no store yet` : "no store is in reach" };
  if (unsafe === null) return { state: "alone", copies, words: "no store has said yet what it has" };
  return { state: "syncing", copies, words: unsafe ? `${changes(unsafe)} in no store yet` : "on the way" };
}

const SIGNS: Readonly<Record<string, Pick<Sign, "icon" | "tone">>> = {
  alone: { icon: "wait", tone: "warn" },
  unsaved: { icon: "save", tone: "warn" },
  unsent: { icon: "off", tone: "warn" },
  syncing: { icon: "send", tone: "busy" },
  stalled: { icon: "stop", tone: "warn" },
  safe: { icon: "done", tone: "good" },
  closed: { icon: "off", tone: "calm" },
  error: { icon: "stop", tone: "bad" },
};

/** A word that is not known here is shown without a claim. */
export function signOfSummary(summary: Summary): Sign {
  return { icon: "wait", tone: "calm", ...SIGNS[summary.state], words: `${summary.state}: ${summary.words}` };
}
