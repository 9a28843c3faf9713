/**
 * Our heads against a store's, by ancestry. Heads are sets of change hashes (hex); two sets are never compared
 * for equality, because different heads can name the same history.
 */
export type Relation = "unknown" | "synced" | "ahead" | "behind" | "diverged";

/** The change graph of our own document. */
export interface Graph {
  readonly knows: (hash: string) => boolean;
  /** How many of our changes are neither among these known hashes nor their ancestors. */
  readonly missingFrom: (known: readonly string[]) => number;
}

export interface Report {
  readonly relation: Relation;
  /** Changes of ours that the store is not known to have; null while nothing was heard from it. */
  readonly missingThere: number | null;
  /** At least so many changes of its are not here; null while nothing was heard from it. */
  readonly missingHere: number | null;
}

export function relate(graph: Graph, heard: readonly string[]): Report {
  if (heard.length === 0) return { relation: "unknown", missingThere: null, missingHere: null };
  const known = heard.filter((hash) => graph.knows(hash));
  const missingThere = graph.missingFrom(known);
  const missingHere = heard.length - known.length;
  if (missingHere > 0) return { relation: missingThere ? "diverged" : "behind", missingThere, missingHere };
  return { relation: missingThere ? "ahead" : "synced", missingThere, missingHere };
}
