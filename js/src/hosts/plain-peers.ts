import { followLife } from "./kernel-life.ts";
import type { KernelModel } from "./models.ts";
import { isOver, kernelWords } from "./whose.ts";

interface PlainRow {
  readonly name?: string;
  readonly says?: string;
  readonly reach?: string;
  readonly why?: string;
}

/** Rows and summary move in one message with this. */
const MOVED = "change:as_of";
const CELL = "padding:2px 14px 2px 0;text-align:left;vertical-align:top";

/** A kernel's rows where no server offers the page module: its own words, live. Small: it is part of the loader. */
export function showPlainPeers(target: HTMLElement, model: KernelModel): { dispose(): void } {
  const table = document.createElement("table");
  table.style.cssText = "border-collapse:collapse";
  const show = (): void => {
    const summary = (model.get("summary") ?? {}) as { state?: string; words?: string };
    const now = life.now();
    table.replaceChildren();
    table.style.opacity = now === "gone" || isOver(summary) ? ".7" : "";
    line("th", ["who", "has", "reached", "why"]);
    for (const { name, says, reach, why } of (model.get("rows") ?? []) as PlainRow[]) line("td", [name, says, reach, why]);
    const caption = table.createCaption();
    const words = `Who has “${model.get("title") || "this"}”? ${summary.state}: ${summary.words}\n${kernelWords(now, summary, model.get("as_of"))}`;
    Object.assign(caption, { style: `${CELL};white-space:pre-line`, textContent: words });
  };
  const line = (tag: string, texts: Array<string | undefined>): void => {
    const row = table.insertRow();
    for (const text of texts) Object.assign(row.appendChild(document.createElement(tag)), { style: CELL, textContent: text });
  };
  const life = followLife(model, String(model.get("key")), () => show());
  model.on(MOVED, show);
  show();
  target.append(table);
  return {
    dispose: () => {
      life.dispose();
      model.off(MOVED, show);
      table.remove();
    },
  };
}
