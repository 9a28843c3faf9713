import * as A from "@automerge/automerge/slim";
import { type DocHandle, type DocHandleChangePayload, type DocumentId, encodeHeads } from "@automerge/automerge-repo/slim";
import { Counting } from "./counting.ts";
import { Evidence } from "./evidence.ts";
import { kindOf, lineOf } from "./kind.ts";
import { type Path, valueAt } from "./path.ts";
import type { Graph } from "./relation.ts";
import { type Reported, type Standing, standingOf } from "./standing.ts";

export type Root = Record<string, unknown>;
/** "lost": this window has the document, but the server says that it does not, or not for us. */
export type DocumentState = "fetching" | "ready" | "unavailable" | "lost";

/** A change of anything a view shows. Patches are those of the document itself, if it changed. */
export interface Change {
  readonly patches: readonly A.Patch[];
  readonly local: boolean;
}

/** Changes that the server did not take from us, as it told us. */
export interface Refusal {
  readonly reason: string;
}

/** One document on this page: its handle, what its server is known to hold, and who watches it. */
export class LiveDocument {
  readonly evidence = new Evidence();
  refusal: Refusal | null = null;
  /** Someone changed it in this window. */
  editedHere = false;
  #unavailable = false;
  #changing = false;
  readonly #watchers = new Set<(change: Change) => void>();
  readonly #counting = new Counting(() => this.root);

  /** `serverStores`: whether the server, as far as it has said, reports what is on its disk. */
  constructor(readonly handle: DocHandle<Root>, private readonly serverStores: () => boolean) {
    handle.on("change", (payload) => this.#changed(payload));
    handle.on("heads-changed", () => this.touch());
  }

  get id(): DocumentId {
    return this.handle.documentId;
  }

  get state(): DocumentState {
    if (this.handle.isReady()) return this.#unavailable ? "lost" : "ready";
    return this.#unavailable ? "unavailable" : "fetching";
  }

  /** The document, or undefined before it came. */
  get root(): A.Doc<Root> | undefined {
    return this.handle.isReady() ? this.handle.doc() : undefined;
  }

  get heads(): A.Heads {
    const root = this.root;
    return root ? A.getHeads(root) : [];
  }

  /** Our own changes, to count what others lack; null before the document came. */
  get graph(): Graph | null {
    return this.root ? this.#counting : null;
  }

  /** The server's store against our document; null before the document came. */
  get standing(): Standing | null {
    const { graph } = this;
    return graph && standingOf(graph, this.evidence.reported, this.serverStores());
  }

  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Every edit of the page goes through here, so that views can tell its changes from others'. */
  change(edit: (root: Root) => void): void {
    this.#locally(() => this.handle.change(edit));
  }

  /** An edit made against an older state, merged into the present one. */
  changeAt(heads: A.Heads, edit: (root: Root) => void): void {
    this.#locally(() => this.handle.changeAt(encodeHeads(heads), edit));
  }

  hear(heads: readonly string[], level: keyof Reported): void {
    this.evidence.hear(heads, level, this.graph ?? NOTHING_KNOWN);
    if (heads.length > 0) this.#unavailable = false;
    this.#weigh();
  }

  /** What the server says of its own store beside the document's messages. */
  tell(reported: Reported): void {
    this.evidence.tell(reported);
    this.#weigh();
  }

  /** Another session of the server, perhaps of another store: what was only in its memory may be gone. */
  newSession(sameStore: boolean): void {
    if (sameStore) this.evidence.forgetSession();
    else this.evidence.forgetAll();
    this.refusal = null;
    this.touch();
  }

  noteUnavailable(): void {
    this.#unavailable = true;
    this.evidence.forgetAll();
    this.touch();
  }

  refused(reason: string): void {
    this.refusal = { reason };
    this.touch();
  }

  /** Tell the watchers that something besides the document changed. */
  touch(): void {
    this.#emit({ patches: [], local: false });
  }

  /** The stored datatype of a number: "int", "uint" or "f64". */
  storedTypeAt(path: Path): string | undefined {
    const root = this.root;
    const parent = root && valueAt(root, path.slice(0, -1));
    const object = parent ? A.getObjectId(parent) : null;
    const prop = path.at(-1);
    if (!root || object === null || prop === undefined) return undefined;
    return A.getBackend(root).getWithType(object, prop)?.[0];
  }

  /** The values that were written to the same place at the same time and did not win. */
  othersAt(path: Path): unknown[] {
    const parent = valueAt(this.root, path.slice(0, -1)) as A.Doc<unknown> | undefined;
    const prop = path.at(-1);
    if (!parent || prop === undefined) return [];
    const all = A.getConflicts(parent, prop) ?? {};
    const winner = valueAt(this.root, path);
    return Object.values(all).filter((value) => !isSame(value, winner));
  }

  #weigh(): void {
    if (this.standing?.missingThere === 0) this.refusal = null;
    this.touch();
  }

  #locally(edit: () => void): void {
    this.#changing = true;
    this.editedHere = true;
    try {
      edit();
    } finally {
      this.#changing = false;
    }
  }

  #changed(payload: DocHandleChangePayload<Root>): void {
    this.#emit({ patches: payload.patches, local: this.#changing });
  }

  #emit(change: Change): void {
    for (const watcher of [...this.#watchers]) watcher(change);
  }
}

/** Equal scalars that were written twice are no conflict to a person. */
function isSame(left: unknown, right: unknown): boolean {
  const object = A.getObjectId(left);
  if (object !== null) return object === A.getObjectId(right);
  const kind = kindOf(left);
  return kind === kindOf(right) && lineOf(left, kind) === lineOf(right, kind);
}

const NOTHING_KNOWN: Graph = { knows: () => false, missingFrom: () => 0 };
