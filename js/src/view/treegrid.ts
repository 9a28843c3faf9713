import { keyOf, type Path } from "../document/path.ts";
import { moveFor } from "../tree/moves.ts";
import type { Row, ValueRow } from "../tree/rows.ts";
import type { Editor } from "./editor.ts";
import { element, setAttributes } from "./element.ts";
import { RowElement } from "./row-element.ts";

/** What the tree asks of the view that owns the document. */
export interface TreegridOwner {
  readonly setOpen: (row: ValueRow, open: boolean) => void;
  readonly showMore: (path: Path) => void;
  /** An editor for this value, or null when it was handled otherwise (a toggle) or may not be edited. */
  readonly edit: (row: ValueRow) => Editor | null;
  /** The other values in conflict with this one, in words. */
  readonly conflictAt: (row: ValueRow) => string;
}

/** The rows in the page: one tab stop, arrows, in-place editing. Knows rows and keys, not documents. */
export class Treegrid {
  readonly element = element("div", { role: "treegrid", class: "jam-tree", "aria-label": "document" });
  readonly #body = element("div", { role: "rowgroup", class: "jam-body" });
  readonly #elements = new Map<string, RowElement>();
  #rows: readonly Row[] = [];
  #active = "";
  #editing: RowElement | null = null;

  constructor(private readonly owner: TreegridOwner) {
    const heads = ["name", "value", "kind"].map((word) => element("div", { role: "columnheader", class: `jam-${word}` }, word));
    this.element.append(element("div", { role: "row", class: "jam-row jam-head" }, ...heads), this.#body);
    this.element.addEventListener("keydown", (event) => this.#keydown(event));
    this.#body.addEventListener("click", (event) => this.#click(event));
    this.#body.addEventListener("dblclick", (event) => this.#doubleClick(event));
    this.#body.addEventListener("focusin", (event) => this.#focusin(event));
    this.#body.addEventListener("focusout", (event) => this.#focusout(event));
  }

  get editor(): Editor | null {
    return this.#editing?.editor ?? null;
  }

  show(rows: readonly Row[], editable: boolean, flashing: ReadonlySet<string>): void {
    this.#rows = rows;
    if (!rows.some((row) => row.key === this.#active)) this.#active = rows[0]?.key ?? "";
    setAttributes(this.element, { "aria-readonly": String(!editable) });
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, shown] of this.#elements) if (!wanted.has(key)) this.#drop(key, shown);
    let next = this.#body.firstChild;
    for (const row of rows) {
      const shown = this.#elements.get(row.key) ?? this.#make(row);
      if (shown.element === next) next = next.nextSibling;
      else this.#body.insertBefore(shown.element, next);
      const conflict = row.type === "value" ? this.owner.conflictAt(row) : "";
      shown.update(row, { active: row.key === this.#active, editable, conflict, flash: flashing.has(row.key) });
    }
  }

  /** The same rows at new places: others inserted or deleted items before them. */
  follow(moved: (path: Path) => Path | null): void {
    const before = [...this.#elements];
    this.#elements.clear();
    for (const [key, shown] of before) {
      const path = shown.row.type === "value" ? moved(shown.row.path) : shown.row.path;
      const newKey = path === null ? null : shown.row.type === "value" ? keyOf(path) : key;
      if (newKey === null || this.#elements.has(newKey)) this.#drop(key, shown);
      else this.#elements.set(newKey, shown);
      if (key === this.#active && newKey !== null) this.#active = newKey;
    }
  }

  leaveEditor(refocus: boolean): void {
    const editing = this.#editing;
    if (!editing) return;
    this.#editing = null;
    editing.leave();
    if (refocus) editing.element.focus({ preventScroll: true });
  }

  #make(row: Row): RowElement {
    const made = new RowElement(row);
    this.#elements.set(row.key, made);
    return made;
  }

  #drop(key: string, shown: RowElement): void {
    if (shown === this.#editing) this.#editing = null;
    if (this.#elements.get(key) === shown) this.#elements.delete(key);
    shown.element.remove();
  }

  #indexOfActive(): number {
    return this.#rows.findIndex((row) => row.key === this.#active);
  }

  #focus(index: number): void {
    const row = this.#rows[index];
    if (row) this.#elements.get(row.key)?.element.focus();
  }

  #keydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#editing) return this.#keydownInEditor(event, this.#editing);
    const move = moveFor(event.key, this.#rows, this.#indexOfActive());
    if (move || event.key === " ") event.preventDefault(); // a space would scroll the notebook away
    if (!move) return;
    if (move.type === "focus") this.#focus(move.index);
    else this.#act(move.type, this.#rows[this.#indexOfActive()] as Row);
  }

  #act(what: "open" | "close" | "edit" | "more", row: Row): void {
    if (row.type === "more") return this.owner.showMore(row.path);
    if (what === "edit") return this.#edit(row);
    this.owner.setOpen(row, what === "open");
  }

  #edit(row: ValueRow): void {
    const shown = this.#elements.get(row.key);
    const editor = shown && this.owner.edit(row);
    if (!editor) return;
    this.#editing = shown;
    shown.edit(editor);
  }

  #keydownInEditor(event: KeyboardEvent, editing: RowElement): void {
    if (event.isComposing) return;
    const multiline = event.target instanceof HTMLTextAreaElement;
    if (event.key === "Escape" || event.key === "F2") this.leaveEditor(true);
    else if (event.key === "Enter" && !multiline) {
      if (editing.editor?.commit()) this.leaveEditor(true);
    } else return;
    event.preventDefault();
  }

  #rowOf(event: Event): RowElement | undefined {
    const found = (event.target as Element).closest<HTMLElement>(".jam-row");
    return found?.dataset["key"] === undefined ? undefined : this.#elements.get(found.dataset["key"]);
  }

  #click(event: MouseEvent): void {
    const shown = this.#rowOf(event);
    if (!shown || shown === this.#editing) return;
    shown.element.focus({ preventScroll: true });
    const { row } = shown;
    if (row.type === "more") this.owner.showMore(row.path);
    else if (row.expandable && (event.target as Element).closest(".jam-name")) this.owner.setOpen(row, !row.open);
  }

  #doubleClick(event: MouseEvent): void {
    const shown = this.#rowOf(event);
    if (!shown || shown === this.#editing || shown.row.type !== "value") return;
    if (shown.row.expandable) return this.owner.setOpen(shown.row, !shown.row.open);
    this.#edit(shown.row);
  }

  #focusin(event: FocusEvent): void {
    const shown = this.#rowOf(event);
    if (!shown || shown.row.key === this.#active) return;
    this.#elements.get(this.#active)?.element.setAttribute("tabindex", "-1");
    this.#active = shown.row.key;
    shown.element.setAttribute("tabindex", "0");
  }

  /** Leaving by mouse or Tab writes what was typed; what cannot be written is let go. */
  #focusout(event: FocusEvent): void {
    const editing = this.#editing;
    if (!editing || editing.editor?.element.contains(event.relatedTarget as Node | null)) return;
    if (!document.hasFocus()) return; // the whole window lost the focus: the person comes back to the same place
    editing.editor?.commit();
    this.leaveEditor(false);
  }
}
