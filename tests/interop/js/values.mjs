// Automerge values as plain JSON and back. What JSON cannot say is an object with one key that begins with "$".
// The very module that automerge-repo uses: its wrapper classes are told apart by identity.
import * as Automerge from "@automerge/automerge/slim"

const FROM_JSON = {
  $bytes: text => new Uint8Array(Buffer.from(text, "base64")),
  $date: text => new Date(text),
  $counter: number => new Automerge.Counter(number),
  $string: text => new Automerge.ImmutableString(text),
  $int: text => BigInt(text),
  $float: number => new Automerge.Float64(number),
  $uint: number => new Automerge.Uint(number),
}

export function fromJson(json) {
  if (Array.isArray(json)) return json.map(fromJson)
  if (json === null || typeof json !== "object") return json
  const keys = Object.keys(json)
  if (keys.length === 1 && keys[0] in FROM_JSON) return FROM_JSON[keys[0]](json[keys[0]])
  return Object.fromEntries(keys.map(key => [key, fromJson(json[key])]))
}

export function toJson(value) {
  if (value === undefined) return null
  if (value === null || typeof value === "string" || typeof value === "boolean") return value
  if (typeof value === "bigint") return { $int: value.toString() }
  if (typeof value === "number") return Number.isSafeInteger(value) || !Number.isInteger(value) ? value : { $int: BigInt(value).toString() }
  // A document shows the wrappers that it was given until it is loaded anew.
  if ([Automerge.Float64, Automerge.Uint, Automerge.Int].some(kind => value instanceof kind)) return toJson(value.value)
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") }
  if (value instanceof Date) return { $date: value.toISOString() }
  if (Automerge.isCounter(value)) return { $counter: value.value }
  if (Automerge.isImmutableString(value)) return { $string: value.val }
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]))
}

// Two JSON values are equal whatever the order of their keys.
export function canonical(json) {
  if (Array.isArray(json)) return `[${json.map(canonical).join(",")}]`
  if (json === null || typeof json !== "object") return JSON.stringify(json)
  const entries = Object.keys(json).sort().map(key => `${JSON.stringify(key)}:${canonical(json[key])}`)
  return `{${entries.join(",")}}`
}
