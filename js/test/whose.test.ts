import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelWords } from "../src/hosts/whose.ts";
import { windowNumber } from "../src/page/browser.ts";
import { clockWords } from "../src/view/moments.ts";

const AT = "2026-11-20T14:02:31.000001+00:00";
const at = clockWords(new Date(AT));

test("whose view it is, and from when: only a kernel that is there sees", () => {
  assert.equal(kernelWords("lives", { state: "safe" }, AT), `as this notebook's kernel sees it, last news ${at}`);
  assert.equal(kernelWords("untold", { state: "safe" }, AT), `as this notebook's kernel saw it, last news ${at}`);
  assert.equal(kernelWords("gone", { state: "safe" }, AT), `no longer live: as this notebook's kernel last saw it, ${at}`);
});

test("of a closed Repo nothing more is seen, whatever its kernel does", () => {
  for (const life of ["lives", "untold", "gone"] as const)
    assert.equal(kernelWords(life, { state: "closed" }, AT), `as this notebook's kernel last saw it, ${at}`);
});

test("a window's number follows from its session, and has three digits", () => {
  assert.equal(windowNumber("00000000ffff"), 100);
  assert.equal(windowNumber("ffffffff0000"), windowNumber("ffffffff1111"));
  for (const session of ["00000383", "deadbeef", "ffffffff"]) assert.match(String(windowNumber(session)), /^\d{3}$/);
});
