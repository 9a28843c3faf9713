import type { Sign } from "../peers/sign.ts";

/** Milliseconds. A better state is shown only after it lasted this long: while someone types, "sending" stays. */
const HOLD = 700;
/** Milliseconds after which changes without a confirmation are no longer "on their way". */
const LONG = 15_000;

/**
 * Keeps a sign from flickering. It delays better news only, so what it shows is never better than what is true (E25).
 */
export class Steady<Shown extends Sign> {
  #shown: Shown | null = null;
  #busySince: number | null = null;
  #sendingUntil = 0;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;
  #longTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly again: () => void) {}

  /** Changes have been waiting for a confirmation for long. */
  get slow(): boolean {
    return this.#busySince !== null && performance.now() - this.#busySince >= LONG;
  }

  show(sign: Shown): Shown {
    const now = performance.now();
    this.#note(sign, now);
    const better = sign.tone === "good" || sign.icon === "save";
    const hold = better && this.#shown?.icon === "send" && now < this.#sendingUntil;
    if (!hold) return (this.#shown = sign);
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(this.again, this.#sendingUntil - now + 10);
    return this.#shown as Shown;
  }

  dispose(): void {
    clearTimeout(this.#holdTimer);
    clearTimeout(this.#longTimer);
  }

  #note({ icon }: Sign, now: number): void {
    if (icon === "send") this.#sendingUntil = now + HOLD;
    const busy = icon === "send" || icon === "save";
    if (busy === (this.#busySince !== null)) return;
    this.#busySince = busy ? now : null;
    clearTimeout(this.#longTimer);
    if (busy) this.#longTimer = setTimeout(this.again, LONG + 10);
  }
}
