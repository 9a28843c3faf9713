import { isReachable, type PeerFacts } from "./facts.ts";
import { lacks, type Sign } from "./sign.ts";

/** What a file has that is written from the document (E46), in words. The same words as `widget/file_words.py`. */
export function signOfFile(facts: PeerFacts): Sign {
  const { missingThere, trouble } = facts;
  if (missingThere === 0) return { icon: "done", tone: "calm", words: "has everything, written" };
  const words = missingThere === null ? "not written yet" : lacks(missingThere, facts.certain);
  if (trouble) return { icon: "stop", tone: "bad", words: `${words}, and cannot be written` };
  return isReachable(facts) ? { icon: "save", tone: "busy", words } : { icon: "off", tone: "calm", words };
}

/** Over whom it is seen. While it cannot be written its row is offline, and nobody's but its own fault. */
export function reachOfFile({ link, via, trouble }: PeerFacts): string {
  if (link === "relayed") return `a file, through ${via.join(", ") || "others"}`;
  return link === "connected" || trouble ? "a file" : "a file, out of reach";
}

/** Why it is behind; a file that is not is no copy either. */
export function whyOfFile(facts: PeerFacts): string {
  if (facts.trouble) return `It cannot be written: ${facts.trouble}.`;
  if (facts.missingThere === 0) return "A file made from the document: it is not counted as a copy.";
  return isReachable(facts) ? "It is being written." : "What became of it is not known here.";
}
