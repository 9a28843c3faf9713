import type { Relation } from "../document/relation.ts";
import type { Level } from "../document/standing.ts";
import type { Link } from "./row.ts";

/** All that the words about one store depend on. */
export interface PeerFacts {
  readonly link: Link;
  readonly relation: Relation;
  readonly level: Level;
  readonly missingThere: number | null;
  readonly missingHere: number | null;
  readonly certain: boolean;
  /** Reachable, with work to do, and nothing has moved for a while. */
  readonly stalled: boolean;
  /** It reports what is on its disk. */
  readonly durableAcks: boolean;
  /** It is the memory of a process. */
  readonly ephemeral: boolean;
  readonly denied: boolean;
  readonly unavailable: boolean;
  readonly sameStore: boolean;
  readonly clone: boolean;
  readonly trust: string;
  /** Over whom it is reached. */
  readonly via: readonly string[];
  /** What it has is known by the word of others. */
  readonly hearsay: boolean;
  /** It may only read here: what it changed is not accepted (E45). */
  readonly reader: boolean;
  /** No store, but a file that is written from the document (E46). */
  readonly projection: boolean;
  /** Why its disk fails, or why the file is behind, in its own words. */
  readonly trouble: string;
}

export const isReachable = ({ link }: { readonly link: Link }): boolean => link === "connected" || link === "relayed";

/** It had all of ours, in a life that is over, and the one that is connected has not said yet what it has (E40). */
export function cameBack(facts: PeerFacts): boolean {
  return facts.missingThere === 0 && (facts.level === "none" || facts.level === "sent") && isReachable(facts);
}

/** It has all of ours, at the best level that it can report. */
export function hasAll(facts: PeerFacts): boolean {
  return facts.missingThere === 0 && (facts.level === "stored" || (facts.level === "received" && !facts.durableAcks));
}

/**
 * It counts as another copy: a store, lasting, neither ours nor a copy of ours, nor one that is not trusted, nor one
 * that has it in a memory whose disk fails.
 */
export function isCopy(facts: PeerFacts): boolean {
  const said = facts.level === "stored" || !(facts.hearsay || facts.trouble);
  const counts = said && !facts.projection && !facts.ephemeral && !facts.sameStore && !facts.clone && facts.trust !== "untrusted" && facts.trust !== "dead";
  return counts && hasAll(facts);
}
