import * as A from "@automerge/automerge/slim";
import type { Graph } from "./relation.ts";

/** Sets of heads whose counts are kept; beyond that all are counted anew. */
const MAX_FRONTIERS = 256;

/**
 * How many of our changes lie beyond some heads. Counted by a walk once for each set of heads; afterwards an edit
 * only adds its own changes, so that many stores at many points cost a keystroke nothing.
 */
export class Counting implements Graph {
  readonly #beyond = new Map<string, number>();
  #at: A.Heads = [];

  constructor(private readonly root: () => A.Doc<unknown> | undefined) {}

  readonly knows = (hash: string): boolean => {
    const root = this.root();
    return root !== undefined && A.hasHeads(root, [hash]);
  };

  readonly missingFrom = (known: readonly string[]): number => {
    const root = this.root();
    if (!root) return 0;
    this.#follow(root);
    const frontier = [...known].sort();
    const key = frontier.join();
    const counted = this.#beyond.get(key);
    if (counted !== undefined) return counted;
    if (this.#beyond.size >= MAX_FRONTIERS) this.#beyond.clear();
    const count = since(root, frontier);
    this.#beyond.set(key, count);
    return count;
  };

  /** All that is new lies beyond heads that were known before: nothing that they descend from can still come. */
  #follow(root: A.Doc<unknown>): void {
    const heads = A.getHeads(root);
    if (heads.join() === this.#at.join()) return;
    const grown = this.#at.length > 0 && A.hasHeads(root, [...this.#at]) ? since(root, this.#at) : null;
    if (grown === null) this.#beyond.clear();
    else for (const [key, count] of this.#beyond) this.#beyond.set(key, count + grown);
    this.#at = heads;
  }
}

function since(root: A.Doc<unknown>, heads: readonly string[]): number {
  return A.getChangesMetaSince(root, [...heads]).length;
}
