import type { Chip } from "./chip.ts";

/** Milliseconds. A better state is shown only after it lasted this long: while someone types, "sending" stays. */
const HOLD = 700;
/** Milliseconds after which changes without a confirmation are no longer "on their way". */
const LONG = 15_000;

/**
 * Keeps the chip from flickering. It delays good news only, so what it shows is never better than what is true.
 */
export class Steady {
  #shown: Chip | null = null;
  #busySince: number | null = null;
  #busyUntil = 0;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;
  #longTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly again: () => void) {}

  /** Changes have been waiting for a confirmation for long. */
  get slow(): boolean {
    return this.#busySince !== null && performance.now() - this.#busySince >= LONG;
  }

  show(chip: Chip): Chip {
    const now = performance.now();
    this.#noteBusy(chip.icon === "send", now);
    const hold = chip.tone === "good" && this.#shown?.icon === "send" && now < this.#busyUntil;
    if (!hold) return (this.#shown = chip);
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(this.again, this.#busyUntil - now + 10);
    return this.#shown as Chip;
  }

  dispose(): void {
    clearTimeout(this.#holdTimer);
    clearTimeout(this.#longTimer);
  }

  #noteBusy(busy: boolean, now: number): void {
    if (busy) this.#busyUntil = now + HOLD;
    if (busy === (this.#busySince !== null)) return;
    this.#busySince = busy ? now : null;
    clearTimeout(this.#longTimer);
    if (busy) this.#longTimer = setTimeout(this.again, LONG + 10);
  }
}
