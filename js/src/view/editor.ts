import type { Change } from "../document/live-document.ts";

/** What edits one value in its row. */
export interface Editor {
  readonly element: HTMLElement;
  /** Called when the element is in the page. */
  begin(): void;
  /** Follow a change of the document; false when the edited value is gone. */
  follow(change: Change): boolean;
  /** Write what was typed. False keeps the editor open, because it cannot be written as it is. */
  commit(): boolean;
  /** Called when the element leaves the page. */
  end(): void;
}
