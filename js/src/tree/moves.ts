import type { Row } from "./rows.ts";

/** What a key does in the tree while no value is being edited. Pure: the view performs it. */
export type Move =
  | { readonly type: "focus"; readonly index: number }
  | { readonly type: "open" | "close" | "edit" | "more" }
  | null;

const PAGE = 10;

export function moveFor(key: string, rows: readonly Row[], index: number): Move {
  const row = rows[index];
  if (!row) return null;
  switch (key) {
    case "ArrowDown":
      return focus(Math.min(index + 1, rows.length - 1));
    case "ArrowUp":
      return focus(Math.max(index - 1, 0));
    case "PageDown":
      return focus(Math.min(index + PAGE, rows.length - 1));
    case "PageUp":
      return focus(Math.max(index - PAGE, 0));
    case "Home":
      return focus(0);
    case "End":
      return focus(rows.length - 1);
    case "ArrowRight":
      return moveRight(row, index);
    case "ArrowLeft":
      return row.type === "value" && row.open ? { type: "close" } : focusParent(rows, index);
    case "Enter":
      return row.type === "more" ? { type: "more" } : row.expandable ? { type: row.open ? "close" : "open" } : { type: "edit" };
    case "F2":
      return row.type === "value" && !row.expandable ? { type: "edit" } : null;
    case " ":
      return row.type === "value" && row.kind === "boolean" ? { type: "edit" } : null;
    default:
      return null;
  }
}

function moveRight(row: Row, index: number): Move {
  if (row.type !== "value" || !row.expandable) return null;
  return row.open ? focus(index + 1) : { type: "open" };
}

function focusParent(rows: readonly Row[], index: number): Move {
  const level = rows[index]?.level ?? 1;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.level ?? 1) < level) return focus(at);
  return null;
}

function focus(index: number): Move {
  return { type: "focus", index };
}
