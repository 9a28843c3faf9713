import { type Graph, relate, type Relation } from "./relation.ts";

/** How well a store is known to have all of our changes. */
export type Level = "none" | "sent" | "received" | "stored";

/** What is known of a store's copy: heads (hex) in a process's memory, and durable ones. */
export interface Reported {
  readonly received: readonly string[];
  readonly stored: readonly string[];
}

/**
 * The same, and what it was last heard to hold, in a life that is over: that is shown until the one that is
 * connected speaks, and counts for nothing (E40).
 */
export interface LastHeard extends Reported {
  readonly lastHeard?: readonly string[];
}

/** One store against our own document, as it is now. */
export interface Standing {
  readonly relation: Relation;
  readonly level: Level;
  readonly missingThere: number | null;
  readonly missingHere: number | null;
  /** False while it named changes that are unknown here: ours may be beneath them. */
  readonly certain: boolean;
  /** Changes of ours that are not known to be there at the best level that it can report. */
  readonly unsafe: number | null;
}

/** `durable`: the store tells what is on its disk, so that its memory alone does not count as safe. */
export function standingOf(graph: Graph, reported: LastHeard, durable: boolean): Standing {
  const heard = [...new Set([...reported.received, ...reported.stored])];
  const shown = reported.lastHeard?.length ? [...new Set([...heard, ...reported.lastHeard])] : heard;
  const { relation, missingThere, missingHere } = relate(graph, shown);
  const unheld = shown === heard ? missingThere : relate(graph, heard).missingThere;
  const unstored = relate(graph, reported.stored).missingThere;
  const level = unstored === 0 ? "stored" : unheld === 0 ? "received" : "none";
  // Of a store that never said what it stored, nothing is known to be stored: everything counts.
  const unsafe = missingThere === null ? null : ((durable ? unstored : unheld) ?? graph.missingFrom([]));
  return { relation, level, missingThere, missingHere, certain: missingHere === 0, unsafe };
}
