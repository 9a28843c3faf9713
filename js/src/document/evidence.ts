import type { Graph } from "./relation.ts";

export type Level = "received" | "stored";

/**
 * What the server's store is known to hold. Received evidence lives with the server session that gave it: a
 * server that restarts may have lost what was only in its memory. Stored evidence stays.
 */
export class Evidence {
  readonly #heads: Record<Level, readonly string[]> = { received: [], stored: [] };

  /**
   * Later heads of one session include earlier ones, so they replace them; but while they name a change that we
   * do not have, their ancestry is unknown to us and the earlier heads still count.
   */
  hear(heads: readonly string[], level: Level, graph: Graph): void {
    if (heads.length === 0) return; // said before it has looked into its store: neither yes nor no
    const unknown = heads.some((hash) => !graph.knows(hash));
    const kept = unknown ? this.#heads[level].filter((hash) => graph.knows(hash)) : [];
    this.#heads[level] = [...new Set([...kept, ...heads])];
  }

  forgetSession(): void {
    this.#heads.received = [];
  }

  /** The server is another store, or says that it does not have the document. */
  forgetAll(): void {
    this.#heads.received = [];
    this.#heads.stored = [];
  }

  get heads(): readonly string[] {
    return [...new Set([...this.#heads.received, ...this.#heads.stored])];
  }

  get stored(): readonly string[] {
    return this.#heads.stored;
  }
}
