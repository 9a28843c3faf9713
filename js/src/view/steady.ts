import type { Chip } from "./chip.ts";

/** A better state is shown only after it lasted this long: while someone types, "sending" stays. */
const HOLD = 700;

/**
 * Keeps the chip from flickering. It delays good news only, so what it shows is never better than what is true.
 */
export class Steady {
  #shown: Chip | null = null;
  #busyUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly again: () => void) {}

  show(chip: Chip): Chip {
    const now = performance.now();
    if (chip.icon === "send") this.#busyUntil = now + HOLD;
    const hold = chip.tone === "good" && this.#shown?.icon === "send" && now < this.#busyUntil;
    if (!hold) return (this.#shown = chip);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.again, this.#busyUntil - now + 10);
    return this.#shown as Chip;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
