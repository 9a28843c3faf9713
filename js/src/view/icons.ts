/** Line drawings on a 16 × 16 grid. Each differs in shape, so that colour is never needed to tell them apart. */
const PATHS = {
  done: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M5 8.2l2.1 2.1L11 6.2",
  wait: "M8 1.5a6.5 6.5 0 1 0 6.5 6.5M8 4.5V8l2.5 1.5",
  send: "M8 13V3M4 7l4-4l4 4",
  save: "M2.5 2.5h8.5l2.5 2.5v8.5h-11zM5 2.5v3.5h5v-3.5M5 13.5v-4.5h6v4.5",
  off: "M2 2l12 12M4.3 11.8h7.2a2.7 2.7 0 0 0 2.2-4.2M11.2 6A4 4 0 0 0 6.6 4M4.6 6.2a3 3 0 0 0-.3 5.6",
  lock: "M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  stop: "M8 1.5l6.5 12h-13zM8 6v3.5M8 11.6v.1",
  window: "M9.5 2.5h4v4M13.5 2.5L8 8M6.5 3.5h-4v10h10v-4",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  open: "M5.5 3.5L10 8l-4.5 4.5",
  conflict: "M4 14V9.5L8 6l4 3.5V14M8 6V2",
  people: "M6 7.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5M1.5 13.5c0-3 2-4.5 4.5-4.5s4.5 1.5 4.5 4.5M11 3a2.4 2.4 0 0 1 0 4.4M12.5 9.5c1.3.6 2 2 2 4",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Decoration only: the words beside it, or the label of its button, say what it means. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `jam-icon jam-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
