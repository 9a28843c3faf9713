import * as A from "@automerge/automerge/slim";
import type { LiveDocument } from "./live-document.ts";
import { keyOf, type Path, valueAt } from "./path.ts";

/** What the changes that the server lacks made of the document, a line each: path and present value. */
export function refusedText(document: LiveDocument): string {
  const root = document.root;
  if (!root) return "";
  const there = document.evidence.heads.filter((hash) => A.hasHeads(root, [hash]));
  const places = new Map<string, Path>();
  for (const patch of A.diff(root, there, document.heads)) {
    const path = typeof valueAt(root, patch.path.slice(0, -1)) === "string" ? patch.path.slice(0, -1) : patch.path;
    places.set(keyOf(path), path);
  }
  return [...places.values()].map((path) => `${path.join(".")}: ${JSON.stringify(valueAt(root, path)) ?? "deleted"}`).join("\n");
}
