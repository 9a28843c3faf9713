import { type KernelModel, models, MODELS_CHANGED } from "../hosts/models.ts";
import type { PeerRow, Summary } from "./row.ts";

/** What a widget's model is beneath what anywidget shows of it: enough to see that its kernel is gone. */
interface LiveModel {
  readonly comm_live?: boolean;
  readonly comm?: { readonly jsServicesComm?: { readonly isDisposed?: boolean } };
}

export interface KernelSays {
  readonly rows: readonly PeerRow[];
  readonly summary: Summary;
}

/** JupyterLab's manager of widgets tells when its kernel is gone for good; others have no such word. */
interface Manager {
  readonly kernel?: { readonly disposed?: { connect(slot: () => void): unknown; disconnect(slot: () => void): unknown } } | null;
}

const CHANGES = ["change:rows", "change:summary", "comm_live_update"];

/** The rows that a kernel's Repo feeds into a widget of this page, for as long as that kernel lives. */
export class KernelRows {
  #model: KernelModel | undefined;
  #beneath: LiveModel = {};
  #kernel: Manager["kernel"] = null;
  readonly #look = (): void => void this.#find();

  constructor(private readonly key: string, private readonly changed: () => void) {
    addEventListener(MODELS_CHANGED, this.#look);
    this.#look();
  }

  /** Null while there is no such widget, and after its kernel ended. */
  get current(): KernelSays | null {
    const { comm_live, comm } = this.#beneath;
    if (!this.#model || comm_live === false || comm?.jsServicesComm?.isDisposed) return null;
    return { rows: this.#model.get("rows") as PeerRow[], summary: this.#model.get("summary") as Summary };
  }

  dispose(): void {
    removeEventListener(MODELS_CHANGED, this.#look);
    this.#leave();
  }

  async #find(): Promise<void> {
    const model = models().get(this.key);
    if (model === this.#model) return;
    this.#leave();
    this.#model = model;
    for (const name of CHANGES) model?.on(name, this.changed);
    this.#kernel = (model?.widget_manager as Manager | undefined)?.kernel ?? null;
    this.#kernel?.disposed?.connect(this.changed);
    this.changed();
    // Hosts without such a manager do not tell when a kernel ends; there the last rows stay.
    const beneath = (await model?.widget_manager?.get_model(this.key).catch(() => ({}))) as LiveModel | undefined;
    if (model !== this.#model) return;
    this.#beneath = beneath ?? {};
    this.changed();
  }

  #leave(): void {
    for (const name of CHANGES) this.#model?.off(name, this.changed);
    this.#kernel?.disposed?.disconnect(this.changed);
    this.#model = undefined;
    this.#beneath = {};
    this.#kernel = null;
  }
}
