import { element } from "./element.ts";

/** A screen reader hears a state only after it lasted this long: typing flips states many times a second. */
const SETTLED_AFTER = 1500;

/** The view's one live region. */
export class Speaker {
  readonly element = element("div", { class: "jam-spoken", role: "status", "aria-live": "polite" });
  #said = "";
  #next = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(words: string): void {
    if (words === this.#next) return;
    this.#next = words;
    clearTimeout(this.#timer);
    if (words !== this.#said) this.#timer = setTimeout(() => this.#speak(), SETTLED_AFTER);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #speak(): void {
    this.#said = this.#next;
    this.element.textContent = this.#said;
  }
}
