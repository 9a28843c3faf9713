export type Icon = "wait" | "done" | "send" | "save" | "off" | "lock" | "stop";
export type Tone = "calm" | "good" | "busy" | "warn" | "bad";

export interface Sign {
  readonly icon: Icon;
  readonly tone: Tone;
  readonly words: string;
}

export function changes(count: number): string {
  return count === 1 ? "1 change" : `${count} changes`;
}

/** Heads that are unknown here may contain some of what seems to be missing. */
export function lacks(missing: number, certain: boolean): string {
  return `lacks ${certain ? "" : "up to "}${changes(missing)}`;
}
