type Attributes = Record<string, string | number | boolean | null>;

/** An element with attributes and children. Strings become text nodes: nothing here reads HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Attributes = {}, ...children: Array<Node | string>
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** False and null take an attribute away, true sets it empty. */
export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Set a text only when it differs, so that a person's selection in it survives. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
