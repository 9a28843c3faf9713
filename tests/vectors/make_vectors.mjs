// Writes urls.json and frames.json with automerge-repo's own code, so that Python is held to what JavaScript does.
//
//   node make_vectors.mjs <folder whose node_modules has @automerge/automerge-repo>
import { createRequire } from "node:module"
import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

const require = createRequire(join(resolve(process.argv[2]), "anything.js"))
const { version } = JSON.parse(readFileSync(join(resolve(process.argv[2]), "node_modules/@automerge/automerge-repo/package.json")))
const repo = await import(pathToFileURL(require.resolve("@automerge/automerge-repo")))
const { cbor, stringifyAutomergeUrl, parseAutomergeUrl, encodeHeads } = repo

const hash = byte => byte.toString(16).padStart(2, "0").repeat(32)
const bytes = hex => Uint8Array.from(Buffer.from(hex, "hex"))
const write = (name, vectors) =>
  writeFileSync(join(import.meta.dirname, name), JSON.stringify({ madeBy: `automerge-repo ${version}`, vectors }, null, 1) + "\n")

const payloads = [
  "", "00", "0000000000", "ff", "00112233445566778899aabbccddeeff", "ffffffffffffffffffffffffffffffff",
  "00000000000000000000000000000000", "a716868b1f3d4c5e8f9012345678abcd", "0001", hash(0xe3),
]
const headLists = [null, [], [hash(1)], [hash(1), hash(0xfe)], ["00".repeat(31) + "01", hash(0x7f), hash(0x80)]]
write("urls.json", payloads.flatMap(payload => headLists.map(hex => {
  const heads = hex && encodeHeads(hex)
  const url = stringifyAutomergeUrl(heads ? { documentId: bytes(payload), heads } : { documentId: bytes(payload) })
  return { payload, documentId: parseAutomergeUrl(url).documentId, headsHex: hex, headsText: heads, url }
})))

const documentId = "4ZrjxJnU1LA5xSyrWMNuXTozYEvA"
const sync = bytes("42000001000000020102")
const to = { senderId: "browser", targetId: "server" }
const frames = {
  "join without storage": { type: "join", senderId: "browser", peerMetadata: { storageId: undefined, isEphemeral: true }, supportedProtocolVersions: ["1"] },
  "join with storage": { type: "join", senderId: "browser", peerMetadata: { storageId: "3760df37-a4c6-4f66-9ecd-732039a9385d", isEphemeral: false }, supportedProtocolVersions: ["1"] },
  "join without metadata": { type: "join", senderId: "browser", supportedProtocolVersions: ["1"] },
  "peer": { type: "peer", ...to, peerMetadata: { storageId: undefined, isEphemeral: true }, selectedProtocolVersion: "1" },
  "error": { type: "error", ...to, message: "unsupported protocol version" },
  "leave": { type: "leave", senderId: "browser" },
  "sync": { type: "sync", ...to, documentId, data: sync },
  "sync of a Buffer": { type: "sync", ...to, documentId, data: Buffer.from(sync) },
  "request": { type: "request", ...to, documentId, data: sync },
  "doc-unavailable": { type: "doc-unavailable", ...to, documentId },
  "ephemeral": { type: "ephemeral", ...to, documentId, count: 7, sessionId: "k3jx9", data: cbor.encode({ foo: "bar" }) },
  "ephemeral with a count as a double": { type: "ephemeral", ...to, documentId, count: 2 ** 33, sessionId: "k3jx9", data: cbor.encode([1]) },
  "subscription: add only": { type: "remote-subscription-change", ...to, add: ["store-1"], remove: undefined },
  "subscription: both": { type: "remote-subscription-change", ...to, add: ["store-1"], remove: ["store-2"] },
  "remote heads": { type: "remote-heads-changed", ...to, documentId, newHeads: { "store-1": { heads: encodeHeads([hash(1), hash(2)]), timestamp: 1750000000123 } } },
  "a type of the future": { type: "subduction-connection", ...to, data: sync },
}
const payloadsOfBroadcasts = {
  "null": null, "text": "héllo 😀", "list": [1, -1, 2 ** 31, 2 ** 32, 1.5, true, null, undefined, NaN],
  "map": { a: { b: [] }, missing: undefined }, "bytes": sync, "date": new Date(1750000000123), "map object": new Map([["k", 1]]),
  "set": new Set(["x", "y"]), "big integer": 12345678901234567890n, "huge integer": 2n ** 100n, "typed array": Uint16Array.of(1, 2),
  "lone surrogate": "\ud800", "presence": { __presence: { type: "update", channel: "cursor", value: { x: 1 } } },
}
const hexOf = table => Object.entries(table).map(([name, value]) => ({ name, hex: Buffer.from(cbor.encode(value)).toString("hex") }))
write("frames.json", [...hexOf(frames)])
write("broadcasts.json", [...hexOf(payloadsOfBroadcasts)])
