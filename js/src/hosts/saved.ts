/** The snapshot as plain text, for hosts that could not get the page module. Small: it is part of the loader. */
export function showSaved(target: HTMLElement, snapshot: unknown, why: string): { dispose(): void } {
  const { value, asOf } = (snapshot ?? {}) as { value?: unknown; asOf?: string };
  const box = document.createElement("pre");
  box.style.cssText = "margin:0;max-height:24em;overflow:auto;white-space:pre-wrap";
  const when = asOf ? `As it was on ${asOf.slice(0, 16).replace("T", " at ")} UTC` : "Nothing was saved";
  box.textContent = `${when}: ${why}.${value === undefined ? "" : `\n${JSON.stringify(value, null, 2)}`}`;
  target.append(box);
  return { dispose: () => box.remove() };
}

export const NO_MODULE = "this server does not offer the document view (is jupyter_automerge installed and enabled there?)";
