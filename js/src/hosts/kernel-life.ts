import type { KernelModel } from "./models.ts";

/** Of the kernel that feeds a widget. "untold": this host does not say whether it is there. */
export type Life = "lives" | "gone" | "untold";

/** What a widget's model is beneath what anywidget shows of it: enough to see that its kernel is gone. */
interface Beneath {
  readonly comm_live?: boolean;
  readonly comm?: { readonly jsServicesComm?: { readonly isDisposed?: boolean } };
}

interface Signal {
  connect(slot: () => void): unknown;
  disconnect(slot: () => void): unknown;
}

/** JupyterLab's manager of widgets tells how its kernel is; others have no such word. */
interface Manager {
  readonly kernel?: { readonly status?: string; readonly disposed?: Signal; readonly statusChanged?: Signal } | null;
}

/** Follows the life of the kernel behind a model whose id is `key`. Small: it is part of the loader. */
export function followLife(model: KernelModel, key: string, changed: () => void): { now(): Life; dispose(): void } {
  let beneath: Beneath = {};
  const kernel = (model.widget_manager as Manager | undefined)?.kernel;
  const signals = [kernel?.disposed, kernel?.statusChanged];
  model.on("comm_live_update", changed);
  for (const signal of signals) signal?.connect(changed);
  void model.widget_manager
    ?.get_model(key)
    .then((found) => {
      beneath = found as Beneath;
      changed();
    })
    .catch(() => undefined); // a host without a register of its models: it is untold
  return {
    now: () => {
      const { comm_live: live, comm } = beneath;
      if (live === false || comm?.jsServicesComm?.isDisposed || kernel?.status === "dead") return "gone";
      return live ? "lives" : "untold";
    },
    dispose: () => {
      model.off("comm_live_update", changed);
      for (const signal of signals) signal?.disconnect(changed);
    },
  };
}
