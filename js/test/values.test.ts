import "./core.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as A from "@automerge/automerge/slim";
import { BigInteger, type Kind, kindOf, lineOf, UnknownValue } from "../src/document/kind.ts";
import { parseScalar, writeScalar } from "../src/document/scalar.ts";
import { reviveSnapshot } from "../src/document/snapshot.ts";

const shown: ReadonlyArray<[unknown, string | undefined, Kind, string]> = [
  ["two\nlines", undefined, "text", "two ⏎ lines"],
  [new A.ImmutableString("fixed"), undefined, "string", "fixed"],
  [3, "int", "integer", "3"],
  [3, "f64", "float", "3.0"],
  [0.1, undefined, "float", "0.1"],
  [true, undefined, "boolean", "true"],
  [null, undefined, "null", "null"],
  [new A.Counter(4), undefined, "counter", "4"],
  [new Date(0), undefined, "time", "1970-01-01 00:00:00 UTC"],
  [new Date("2026-11-23T09:30:00.250Z"), undefined, "time", "2026-11-23 09:30:00.250 UTC"],
  [new Uint8Array([0, 255]), undefined, "bytes", "00 ff"],
  [new Uint8Array(20), undefined, "bytes", `${"00 ".repeat(16).trim()} … (20 bytes)`],
  [new BigInteger("12345678901234567890"), undefined, "integer", "12345678901234567890"],
  [new UnknownValue("a value of kind 11, 2 bytes"), undefined, "unknown", "a value of kind 11, 2 bytes"],
  [[1, "two", { a: 1 }, []], undefined, "list", "[1, “two”, {…}, […]]"],
  [{ name: "Alice", list: [1] }, undefined, "map", "{name: “Alice”, list: […]}"],
  ["<b>x</b>", undefined, "text", "<b>x</b>"],
];

for (const [value, stored, kind, line] of shown)
  test(`shown as ${kind}: ${line}`, () => {
    assert.equal(kindOf(value, stored), kind);
    assert.equal(lineOf(value, kind), line);
  });

test("a long text is cut, and says how long it is", () => {
  assert.match(lineOf("a".repeat(5000), "text"), /^a{240}… \(5000 characters\)$/);
});

test("what a snapshot cannot carry is told in words", () => {
  const value = reviveSnapshot({
    unknown: { $unknown: { kind: 11, bytes: "AQI=" } }, single: { $unknown: { kind: 9, bytes: "AQ==" } },
    deep: { $deep: "list" }, nan: { $float: "nan" }, less: { $float: "-inf" },
    other: { $unknown: 3 }, broken: { $unknown: { kind: 1, bytes: "%" } }, deeper: { $deep: "sea" },
  }) as Record<string, unknown>;
  const lines = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, lineOf(item, kindOf(item))]));
  assert.deepEqual(lines, {
    unknown: "a value of kind 11, 2 bytes", single: "a value of kind 9, 1 byte", deep: "a list, nested too deep to be shown",
    nan: "NaN", less: "-Infinity", other: "{$unknown: 3}", broken: "{$unknown: {…}}", deeper: "{$deep: “sea”}",
  });
});

test("a snapshot's marked values become values again; maps that only look like it stay maps", () => {
  const value = reviveSnapshot({
    bytes: { $bytes: "AP8=" }, date: { $date: "2026-11-23T09:30:00Z" }, counter: { $counter: 4 }, string: { $string: "s" },
    int: { $int: "12345678901234567890" }, other: { $price: 4 }, two: { $bytes: "AP8=", more: 1 }, broken: { $bytes: "%" }, list: [{ $counter: 1 }],
  }) as Record<string, unknown>;
  const kinds = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, kindOf(item)]));
  assert.deepEqual(kinds, {
    bytes: "bytes", date: "time", counter: "counter", string: "string", int: "integer", other: "map", two: "map", broken: "map", list: "list",
  });
  assert.deepEqual(value["bytes"], new Uint8Array([0, 255]));
});

/** Write what a person typed over a value, as the editor does, and give the stored type and value. */
function typed(start: unknown, draft: string, kind: Kind): [string, unknown] {
  const parsed = parseScalar(draft, kind);
  assert.ok("value" in parsed, `${draft} was taken as a ${kind}`);
  let document = A.change(A.init<Record<string, unknown>>(), (root) => (root["x"] = start));
  document = A.change(document, (root) => writeScalar(root as Record<string, unknown>, "x", start, parsed.value));
  const [type, value] = A.getBackend(document).getWithType("_root", "x") as [string, unknown];
  return [type, value];
}

test("an edited value keeps its stored type", () => {
  assert.deepEqual(typed(1, "7", "integer"), ["int", 7]);
  assert.deepEqual(typed(new A.Float64(1), "7", "float"), ["f64", 7]);
  assert.deepEqual(typed(new A.ImmutableString("a"), "b", "string"), ["str", "b"]);
  assert.deepEqual(typed(new A.Counter(5), "8", "counter"), ["counter", 8]);
  assert.deepEqual(typed(new Date(0), "2026-11-23T09:30:00Z", "time")[0], "timestamp");
  assert.deepEqual(typed(null, "true", "null"), ["boolean", true]);
  assert.deepEqual(typed(null, "3", "null"), ["int", 3]);
});

test("a counter moves by what was typed, so that others' votes stay", () => {
  let document = A.change(A.init<Record<string, unknown>>(), (root) => (root["votes"] = new A.Counter(5)));
  document = A.change(document, (root) => (root["votes"] as A.Counter).increment(10)); // someone else, meanwhile
  document = A.change(document, (root) => writeScalar(root as Record<string, unknown>, "votes", 5, 6));
  assert.equal(Number(document["votes"]), 16);
});

for (const [draft, kind] of [["1.5", "integer"], ["", "float"], ["soon", "time"], ["x", "counter"], ["9007199254740993", "integer"]] as const)
  test(`"${draft}" is not taken as a ${kind}`, () => assert.ok("wanted" in parseScalar(draft, kind)));
