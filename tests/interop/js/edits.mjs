// One edit of a document, told as JSON: {edit: "set" | "delete" | "splice" | "insert" | "push" | "increment", path, ...}.
import * as Automerge from "@automerge/automerge/slim"
import { fromJson } from "./values.mjs"

function holder(document, path) {
  return path.slice(0, -1).reduce((value, key) => value[key], document)
}

function at(document, path) {
  return path.reduce((value, key) => value[key], document)
}

const EDITS = {
  set: (document, { path, value }) => {
    holder(document, path)[path.at(-1)] = fromJson(value)
  },
  delete: (document, { path }) => {
    const parent = holder(document, path)
    if (Array.isArray(parent)) Automerge.deleteAt(parent, path.at(-1))
    else delete parent[path.at(-1)]
  },
  splice: (document, { path, index, remove = 0, insert = "" }) => Automerge.splice(document, path, index, remove, insert),
  updateText: (document, { path, text }) => Automerge.updateText(document, path, text),
  insert: (document, { path, index, values }) => at(document, path).splice(index, 0, ...values.map(fromJson)),
  push: (document, { path, value }) => at(document, path).push(fromJson(value)),
  increment: (document, { path, by = 1 }) => at(document, path).increment(by),
}

export function applyEdits(document, edits) {
  for (const edit of edits) {
    const apply = EDITS[edit.edit]
    if (!apply) throw new Error(`unknown edit ${edit.edit}`)
    apply(document, edit)
  }
}
