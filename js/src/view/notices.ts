import { element, setText } from "./element.ts";
import { icon } from "./icons.ts";

export interface NoticeFacts {
  /** Why the view is not live. */
  readonly old: string | null;
  /** Set while the notebook is not trusted: what the person's click does. */
  readonly untrusted: (() => void) | null;
  readonly refused: { readonly words: string; readonly copy: () => Promise<void> } | null;
}

/** Lines between header and tree that ask for attention; usually there is none. */
export class Notices {
  readonly element = element("div", { class: "jam-notices" });
  readonly #old = new Notice("off");
  readonly #untrusted = new Notice("lock", "allow editing");
  readonly #refused = new Notice("stop", "copy them");

  constructor() {
    this.element.append(this.#old.element, this.#untrusted.element, this.#refused.element);
  }

  show(facts: NoticeFacts): void {
    this.#old.show(facts.old, null);
    this.#untrusted.show(facts.untrusted && "This notebook is not trusted, so the view is read-only.", facts.untrusted);
    this.#refused.show(facts.refused?.words ?? null, facts.refused ? () => void facts.refused?.copy() : null);
  }
}

class Notice {
  readonly element: HTMLElement;
  readonly #words = element("span");
  #act: (() => void) | null = null;

  constructor(sign: "off" | "lock" | "stop", action = "") {
    this.element = element("div", { class: `jam-notice jam-notice-${sign}` }, icon(sign), this.#words);
    if (action === "") return;
    const button = element("button", { type: "button", class: "jam-action" }, action);
    button.addEventListener("click", () => this.#act?.());
    this.element.append(button);
  }

  show(words: string | null, act: (() => void) | null): void {
    this.element.hidden = words === null;
    this.#act = act;
    setText(this.#words, words ?? "");
  }
}
