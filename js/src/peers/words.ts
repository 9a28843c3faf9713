import { cameBack, hasAll, isReachable, type PeerFacts } from "./facts.ts";
import { reachOfFile, signOfFile, whyOfFile } from "./file-words.ts";
import { lacks, type Sign } from "./sign.ts";

/** What a store has, in words, with the sign beside them. The same words as `widget/peer_words.py`. */
export function signOf(facts: PeerFacts): Sign {
  if (facts.projection) return signOfFile(facts);
  if (facts.denied) return { icon: "lock", tone: "warn", words: "not shared with it" };
  if (facts.unavailable) return { icon: "stop", tone: "warn", words: "does not have it" };
  if (facts.missingThere === null) return { icon: "wait", tone: "calm", words: "has told nothing yet" };
  if (facts.missingThere > 0) return lacking(facts, facts.missingThere);
  const more = moreWords(facts);
  if (facts.level === "stored") return { icon: "done", tone: "good", words: `has everything, stored${more}` };
  if (cameBack(facts)) return { icon: "wait", tone: "busy", words: `had everything before it came back${more}` };
  if (facts.hearsay && !facts.ephemeral) return { icon: "done", tone: "calm", words: `has everything, others say${more}` };
  // Nobody knows whether a process that is out of reach still runs, and with it its memory.
  if (!isReachable(facts)) return { icon: "off", tone: facts.ephemeral ? "calm" : "warn", words: `had everything in memory${more}` };
  if (facts.ephemeral) return { icon: "done", tone: "calm", words: `has everything, in memory${more}` };
  if (facts.trouble) return { icon: "stop", tone: "bad", words: `has everything, and cannot store it${more}` };
  if (!facts.durableAcks) return { icon: "done", tone: "good", words: `has everything${more}` };
  return { icon: "save", tone: "busy", words: `has everything, not stored yet${more}` };
}

/** What it has beyond ours. The changes of a reader stay where they are (E45). */
function moreWords({ missingHere, reader }: PeerFacts): string {
  if (!missingHere) return "";
  return reader ? "; its edits are not accepted" : ", and more";
}

function lacking(facts: PeerFacts, missing: number): Sign {
  const stalls = facts.stalled && isReachable(facts) ? ", and nothing moves" : "";
  const words = `${lacks(missing, facts.certain)}${stalls}${facts.reader ? moreWords(facts) : ""}`;
  if (!isReachable(facts)) return { icon: "off", tone: facts.ephemeral ? "calm" : "warn", words };
  return stalls ? { icon: "stop", tone: "warn", words } : { icon: "send", tone: "busy", words };
}

/** Whether and how it is reached. */
export function reachOf(facts: PeerFacts): string {
  if (facts.projection) return reachOfFile(facts);
  switch (facts.link) {
    case "connected":
      return "connected";
    case "relayed":
      return `through ${facts.via.join(", ") || "others"}`;
    case "dialing":
      return "out of reach, being dialed";
    case "offline":
      return "out of reach";
    case "gone":
      return "gone";
  }
}

/** Why a wait for it would hang, or why it does not count; empty when there is nothing to say. */
export function whyOf(facts: PeerFacts): string {
  if (facts.projection) return whyOfFile(facts);
  if (facts.sameStore) return "It works on the same store: it is no other copy.";
  if (facts.clone) return "It claims the id of our own store, as a copied folder does: it is not counted as a copy.";
  if (facts.trust === "dead") return "It is marked as lost for good.";
  if (facts.denied) return "The share policy keeps the document from it.";
  if (facts.unavailable) return "It said that it does not have the document.";
  if (facts.trouble) return `Its disk fails: ${facts.trouble}.`;
  if (facts.missingThere === null) return isReachable(facts) ? "It has not said yet what it has." : "It was never heard of about this document.";
  if (facts.missingThere > 0) return whyLacking(facts);
  if (cameBack(facts)) return "It has not said since then what it has.";
  if (facts.hearsay && facts.level !== "stored" && !facts.ephemeral) return "Others say so; what is on its disk is not known here.";
  if (!hasAll(facts)) return isReachable(facts) ? "It has them in memory; its disk has not confirmed them." : "It went out of reach before its disk had confirmed them.";
  if (facts.trust === "untrusted") return "It is not trusted: it is not counted as a copy.";
  if (facts.ephemeral) return "Only the memory of a process: no lasting copy.";
  return facts.durableAcks || facts.level === "stored" ? "" : "It cannot tell what is on its disk.";
}

function whyLacking(facts: PeerFacts): string {
  switch (facts.link) {
    case "connected":
      return facts.stalled ? "Nothing has moved for a while: it may be busy, stuck, or refuse them." : "They are on their way.";
    case "relayed":
      return facts.stalled ? "Nothing was heard of it for a while." : "They reach it through others.";
    case "dialing":
      return "It gets them as soon as it answers.";
    case "offline":
      return facts.ephemeral ? "It gets them if it comes back." : "It gets them when it is back.";
    case "gone":
      return "It cannot come back.";
  }
}
