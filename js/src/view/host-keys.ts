/**
 * Keys typed in a view stay in it: Jupyter's shortcuts would insert or delete cells. Saving is the exception,
 * it belongs to the whole page; the host is offered that key as if it had been typed just outside.
 */
export function keepKeys(element: HTMLElement): void {
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (saves(event) && element.parentElement?.dispatchEvent(copyOf(event)) === false) event.preventDefault();
  });
}

function saves({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "s" && (ctrlKey || metaKey) && !shiftKey && !altKey;
}

function copyOf({ key, code, keyCode, ctrlKey, metaKey }: KeyboardEvent): KeyboardEvent {
  return new KeyboardEvent("keydown", { key, code, keyCode, ctrlKey, metaKey, bubbles: true, cancelable: true });
}
