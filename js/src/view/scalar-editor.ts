import type { Change, LiveDocument, Root } from "../document/live-document.ts";
import { type Path, movePath, valueAt } from "../document/path.ts";
import { draftOf, parseScalar, writeScalar } from "../document/scalar.ts";
import type { Kind } from "../document/kind.ts";
import type { Editor } from "./editor.ts";
import { element, setText } from "./element.ts";

/** Edits a value that is not text: written as a whole, on Enter or when the focus leaves. */
export class ScalarEditor implements Editor {
  readonly element: HTMLElement;
  readonly #box: HTMLInputElement;
  readonly #complaint: HTMLElement;
  readonly #draft: string;
  /** What the person saw when the editor opened: a counter moves by the difference to this. */
  readonly #old: unknown;
  #path: Path;

  constructor(private readonly document: LiveDocument, path: Path, private readonly kind: Kind, label: string) {
    this.#path = path;
    this.#old = valueAt(document.root, path);
    this.#draft = draftOf(this.#old, kind);
    const numeric = kind === "integer" || kind === "float" || kind === "counter";
    this.#box = element("input", {
      class: "jam-editor", type: "text", "aria-label": `${label}, ${kind}`, inputmode: numeric ? "decimal" : "text", spellcheck: "false", autocomplete: "off",
    });
    this.#box.value = this.#draft;
    this.#complaint = element("span", { class: "jam-complaint", role: "alert" });
    this.element = element("span", { class: "jam-scalar-editor" }, this.#box, this.#complaint);
    this.#box.addEventListener("input", () => this.#complain(""));
  }

  begin(): void {
    this.#box.focus();
    this.#box.select();
  }

  follow(change: Change): boolean {
    const path = movePath(this.#path, change.patches);
    if (path === null || valueAt(this.document.root, path) === undefined) return false;
    this.#path = path;
    return true;
  }

  commit(): boolean {
    if (this.#box.value === this.#draft) return true;
    const parsed = parseScalar(this.#box.value, this.kind);
    if ("wanted" in parsed) {
      this.#complain(`wanted: ${parsed.wanted}`);
      return false;
    }
    this.document.change((root: Root) => {
      const parent = valueAt(root, this.#path.slice(0, -1)) as Record<string | number, unknown>;
      writeScalar(parent, this.#path.at(-1) as string | number, this.#old, parsed.value);
    });
    return true;
  }

  end(): void {
    this.#complain("");
  }

  #complain(words: string): void {
    setText(this.#complaint, words);
    this.#box.setAttribute("aria-invalid", String(words !== ""));
  }
}
