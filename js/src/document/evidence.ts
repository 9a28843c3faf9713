import type { Graph } from "./relation.ts";
import type { Reported } from "./standing.ts";

const NOTHING: Reported = { received: [], stored: [] };

/**
 * What the server's store is known to hold. Received evidence lives with the server session that gave it: a
 * server that restarts may have lost what was only in its memory. Stored evidence stays.
 *
 * It comes over two sockets, between which there is no order: each source replaces only what it said itself, and
 * the union of both counts.
 */
export class Evidence {
  #heard: Reported = NOTHING;
  #told: Reported = NOTHING;

  /**
   * From the document's own messages. Later heads of one session include earlier ones, so they replace them; but
   * while they name a change that we do not have, their ancestry is unknown to us and the earlier heads still count.
   */
  hear(heads: readonly string[], level: keyof Reported, graph: Graph): void {
    // In memory: said before it has looked into its store, neither yes nor no. Stored: it takes its word back (E43).
    if (heads.length === 0 && level === "received") return;
    const unknown = heads.some((hash) => !graph.knows(hash));
    const kept = unknown ? this.#heard[level].filter((hash) => graph.knows(hash)) : [];
    this.#heard = { ...this.#heard, [level]: union(kept, heads) };
  }

  /** From the server's news about its own store, whole. */
  tell(reported: Reported): void {
    this.#told = reported;
  }

  forgetSession(): void {
    this.#heard = { ...this.#heard, received: [] };
    this.#told = { ...this.#told, received: [] };
  }

  /** The server is another store, or says that it does not have the document. */
  forgetAll(): void {
    this.#heard = this.#told = NOTHING;
  }

  get reported(): Reported {
    return {
      received: union(this.#heard.received, this.#told.received),
      stored: union(this.#heard.stored, this.#told.stored),
    };
  }

  /** In memory or stored. */
  get heads(): readonly string[] {
    const { received, stored } = this.reported;
    return union(received, stored);
  }
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}
