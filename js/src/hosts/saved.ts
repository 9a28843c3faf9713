interface Saved {
  readonly value?: unknown;
  readonly rows?: ReadonlyArray<{ readonly name?: string; readonly says?: string; readonly reach?: string }>;
  readonly asOf?: string;
}

/** The snapshot as plain text, for hosts that could not get the page module. Small: it is part of the loader. */
export function showSaved(target: HTMLElement, snapshot: unknown, why: string): { dispose(): void } {
  const { value, rows, asOf } = (snapshot ?? {}) as Saved;
  const box = document.createElement("pre");
  box.style.cssText = "margin:0;max-height:24em;overflow:auto;white-space:pre-wrap";
  const when = asOf ? `As it was on ${asOf.slice(0, 16).replace("T", " at ")} UTC` : "Nothing was saved";
  const lines = rows?.map(({ name, says, reach }) => `${name}: ${says}, ${reach}`) ?? valueLines(value);
  box.textContent = [`${when}: ${why}.`, ...lines].join("\n");
  target.append(box);
  return { dispose: () => box.remove() };
}

function valueLines(value: unknown): string[] {
  if (value === undefined) return [];
  const text = JSON.stringify(value, null, 2);
  return [text === "{}" ? "empty so far" : text];
}

export const NO_MODULE = "this server does not offer the document view (is jupyter_automerge installed and enabled there?)";
export const NO_SERVER = "there is no Jupyter server here to be live with";
