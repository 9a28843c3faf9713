import * as A from "@automerge/automerge/slim";
import { applySplices, followText, moveCaret, shownText, smallestSplice, type Splice, unshownSplice } from "../document/caret.ts";
import type { Change, LiveDocument, Root } from "../document/live-document.ts";
import { type Path, valueAt } from "../document/path.ts";
import { element } from "./element.ts";
import type { Editor } from "./editor.ts";

/**
 * Edits a collaborative text in place. Each input event goes into the document as the smallest splice; others'
 * splices come into the box in the same synchronous step and move the caret with them.
 */
export class TextEditor implements Editor {
  readonly element: HTMLTextAreaElement;
  #path: Path;
  /** What the box and the document last agreed on, and the heads of that moment. */
  #text: string;
  #heads: A.Heads;
  #composing = false;
  #writing = false;
  readonly #widthWatch = new ResizeObserver(() => this.#fit());

  constructor(private readonly document: LiveDocument, path: Path, label: string) {
    this.#path = path;
    this.#text = String(valueAt(document.root, path));
    this.#heads = document.heads;
    this.element = element("textarea", { class: "jam-editor jam-text-editor", rows: 1, spellcheck: "true", "aria-label": `${label}, text` });
    this.element.value = shownText(this.#text);
    this.element.addEventListener("input", () => this.#input());
    this.element.addEventListener("compositionstart", () => (this.#composing = true));
    this.element.addEventListener("compositionend", () => {
      this.#composing = false;
      this.#input();
    });
  }

  begin(): void {
    this.element.focus();
    const end = this.element.value.length;
    this.element.setSelectionRange(end, end);
    this.#widthWatch.observe(this.element.parentElement as Element);
    this.#fit();
  }

  /** Nothing waits to be written: every keystroke already is in the document. */
  commit(): true {
    return true;
  }

  end(): void {
    this.#widthWatch.disconnect();
  }

  /** False when the text is gone. */
  follow(change: Change): boolean {
    const { path, splices } = followText(this.#path, change.patches);
    if (path === null || typeof valueAt(this.document.root, path) !== "string") return false;
    this.#path = path;
    if (!this.#writing && !this.#composing) this.#show(this.#textNow(), splices);
    return true;
  }

  #input(): void {
    const typed = this.element.value;
    const splice = smallestSplice(shownText(this.#text), typed, this.element.selectionEnd);
    const behind = this.document.heads.join() !== this.#heads.join();
    if (behind && this.#composing) return; // an input method loses its state when the box is rewritten
    if (splice) this.#write(unshownSplice(this.#text, splice), behind);
    this.#show(this.#textNow(), []);
    this.#fit();
  }

  #write({ at, remove, insert }: Splice, behind: boolean): void {
    const path = [...this.#path];
    const edit = (root: Root): void => A.splice(root, path, at, remove, insert);
    this.#writing = true;
    try {
      if (behind) this.document.changeAt(this.#heads, edit);
      else this.document.change(edit);
    } finally {
      this.#writing = false;
    }
  }

  #textNow(): string {
    return String(valueAt(this.document.root, this.#path));
  }

  #show(text: string, splices: readonly Splice[]): void {
    this.#text = text;
    this.#heads = this.document.heads;
    const [box, shown] = [this.element, shownText(text)];
    if (box.value === shown) return;
    const whole = smallestSplice(box.value, shown, 0);
    const moves = applySplices(box.value, splices) === shown ? splices : whole ? [whole] : [];
    const [start, end] = [moveCaret(box.selectionStart, moves), moveCaret(box.selectionEnd, moves)];
    const direction = box.selectionDirection;
    box.value = shown;
    box.setSelectionRange(start, end, direction);
    this.#fit();
  }

  #fit(): void {
    this.element.style.height = "auto";
    const borders = this.element.offsetHeight - this.element.clientHeight;
    this.element.style.height = `${this.element.scrollHeight + borders}px`;
  }
}
