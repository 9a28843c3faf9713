import { followLife, type Life } from "../hosts/kernel-life.ts";
import { type KernelModel, models, MODELS_CHANGED } from "../hosts/models.ts";
import { isOver, kernelWords } from "../hosts/whose.ts";
import type { PeerRow, Summary } from "./row.ts";

export interface KernelSays {
  readonly rows: readonly PeerRow[];
  readonly summary: Summary;
  /** Whose view it is, in words, with the time of the last news. */
  readonly whose: string;
  /** More may come: its kernel was not seen to end, and the Repo in it is open. */
  readonly live: boolean;
}

/** Rows and summary move in one message with this. */
const MOVED = "change:as_of";

/** The rows that a kernel's Repo feeds into a widget of this page. */
export class KernelRows {
  #model: KernelModel | undefined;
  #life: ReturnType<typeof followLife> | undefined;
  readonly #look = (): void => this.#find();

  constructor(private readonly key: string, private readonly changed: () => void) {
    addEventListener(MODELS_CHANGED, this.#look);
    this.#look();
  }

  /** What it said last; null while there is no such widget. */
  get current(): KernelSays | null {
    if (!this.#model) return null;
    const [rows, summary, asOf] = ["rows", "summary", "as_of"].map((name) => this.#model?.get(name)) as [PeerRow[], Summary, string];
    const life: Life = this.#life?.now() ?? "untold";
    return { rows, summary, whose: kernelWords(life, summary, asOf), live: life !== "gone" && !isOver(summary) };
  }

  dispose(): void {
    removeEventListener(MODELS_CHANGED, this.#look);
    this.#leave();
  }

  #find(): void {
    const model = models().get(this.key);
    if (model === this.#model) return;
    this.#leave();
    this.#model = model;
    model?.on(MOVED, this.changed);
    this.#life = model && followLife(model, this.key, this.changed);
    this.changed();
  }

  #leave(): void {
    this.#model?.off(MOVED, this.changed);
    this.#life?.dispose();
    this.#model = this.#life = undefined;
  }
}
