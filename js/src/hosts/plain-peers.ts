import type { KernelModel } from "./models.ts";

interface PlainRow {
  readonly name?: string;
  readonly says?: string;
  readonly reach?: string;
  readonly why?: string;
}

/** A kernel's rows where no server offers the page module: its own words, live. Small: it is part of the loader. */
export function showPlainPeers(target: HTMLElement, model: KernelModel): { dispose(): void } {
  const table = document.createElement("table");
  const show = (): void => {
    const rows = (model.get("rows") ?? []) as PlainRow[];
    table.replaceChildren();
    for (const { name, says, reach, why } of rows) {
      const line = table.insertRow();
      for (const text of [name, says, reach, why]) line.insertCell().textContent = text ?? "";
    }
    const { words } = (model.get("summary") ?? {}) as { words?: string };
    table.createCaption().textContent = words ?? "";
  };
  model.on("change:rows", show);
  show();
  target.append(table);
  return {
    dispose: () => {
      model.off("change:rows", show);
      table.remove();
    },
  };
}
