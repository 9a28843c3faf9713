import type { Row, ValueRow } from "../tree/rows.ts";
import type { Editor } from "./editor.ts";
import { element, setAttributes, setText } from "./element.ts";
import { icon } from "./icons.ts";

/** What a row shows besides its value. */
export interface RowMarks {
  readonly active: boolean;
  readonly editable: boolean;
  /** The other values that were written here at the same time, in words; empty when there is no conflict. */
  readonly conflict: string;
  readonly flash: boolean;
}

/** One row of the tree in the page. It is kept while its value changes, so that focus and editors survive. */
export class RowElement {
  readonly element = element("div", { role: "row", class: "jam-row", tabindex: -1 });
  readonly #name = element("span", { class: "jam-name-text" });
  readonly #twisty = element("span", { class: "jam-twisty" }, icon("open"));
  readonly #value = element("div", { role: "gridcell", class: "jam-value" });
  readonly #line = element("span", { class: "jam-line-text" });
  readonly #conflict = element("span", { class: "jam-conflict" }, icon("conflict"), element("span"));
  readonly #kind = element("div", { role: "gridcell", class: "jam-kind" });
  row: Row;
  editor: Editor | null = null;

  constructor(row: Row) {
    this.row = row;
    this.#value.append(this.#line, this.#conflict);
    this.element.append(element("div", { role: "gridcell", class: "jam-name" }, this.#twisty, this.#name), this.#value, this.#kind);
  }

  update(row: Row, marks: RowMarks): void {
    this.row = row;
    this.element.dataset["key"] = row.key;
    this.element.style.setProperty("--jam-level", String(row.level));
    setAttributes(this.element, { "aria-level": row.level, tabindex: marks.active ? 0 : -1 });
    if (row.type === "more") this.#showMore(row.hidden);
    else this.#showValue(row, marks);
    if (marks.flash) this.#flash();
  }

  edit(editor: Editor): void {
    this.editor = editor;
    this.#value.replaceChildren(editor.element);
    this.element.classList.add("jam-editing");
    editor.begin();
  }

  leave(): void {
    this.editor?.end();
    this.editor = null;
    this.element.classList.remove("jam-editing");
    this.#value.replaceChildren(this.#line, this.#conflict);
  }

  #showMore(hidden: number): void {
    this.element.className = "jam-row jam-more";
    setText(this.#name, `show more (${hidden} not shown)`);
  }

  #showValue(row: ValueRow, marks: RowMarks): void {
    setAttributes(this.element, {
      "aria-expanded": row.expandable ? String(row.open) : null,
      "aria-posinset": row.position,
      "aria-setsize": row.setSize,
    });
    this.#twisty.hidden = !row.expandable;
    setText(this.#name, row.name);
    this.#name.title = row.name;
    const shown = row.open ? row.count : row.kind === "text" && row.line === "" ? "empty" : row.line;
    setText(this.#line, shown);
    this.#line.title = row.open ? "" : row.line;
    this.#line.className = `jam-line-text jam-is-${row.open || shown !== row.line ? "count" : row.kind}`;
    setText(this.#kind, row.expandable && !row.open ? `${row.kind}, ${row.count}` : row.kind);
    setAttributes(this.#value, { "aria-readonly": String(!marks.editable || row.expandable) });
    this.#showConflict(marks.conflict);
  }

  #showConflict(others: string): void {
    this.#conflict.hidden = others === "";
    this.#conflict.title = others && `Written at the same time by someone else: ${others}`;
    setText(this.#conflict.lastChild as Node, others && `in conflict, also: ${others}`);
  }

  #flash(): void {
    this.element.classList.remove("jam-flash");
    void this.element.offsetWidth; // the animation starts again only after a layout
    this.element.classList.add("jam-flash");
  }
}
