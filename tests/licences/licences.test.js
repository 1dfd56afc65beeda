import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isAllowed } from "./expression.js";
import { crates, fromMetadata, npmPackages } from "./packages.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LOCK_FILES = ["static/package-lock.json", "tests/browser/package-lock.json", "loadtest/baseline/package-lock.json"];

/** @param {import("./packages.js").Package[]} packages */
function refused(packages) {
  return packages.filter(({ licence }) => !isAllowed(licence)).map(({ name, version, licence }) => `${name} ${version}: ${licence ?? "no licence given"}`);
}

test("permissive licences pass, alone and in expressions", () => {
  for (const good of ["MIT", "MIT OR Apache-2.0", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception", "GPL-3.0 OR MIT", "MPL-2.0", "Zlib OR (GPL-2.0 AND MIT)"]) {
    assert.ok(isAllowed(good), good);
  }
});

test("copyleft, unknown, missing and garbled licences are refused", () => {
  for (const bad of ["GPL-3.0-or-later", "AGPL-3.0-only", "LGPL-2.1", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-2.0", "GPL-2.0 WITH Classpath-exception-2.0", "SEE LICENSE IN LICENSE.md", "UNLICENSED", "MIT)", "(MIT", "MIT Apache-2.0", "", null]) {
    assert.ok(!isAllowed(bad), String(bad));
  }
});

test("a crate under the GPL is named", () => {
  const found = fromMetadata({
    packages: [
      { name: "governor", version: "0.10.4", license: "MIT", license_file: null, source: null },
      { name: "actix-governor", version: "0.8.0", license: "GPL-3.0-or-later", license_file: null, source: null },
    ],
  });
  assert.deepEqual(refused(found), ["actix-governor 0.8.0: GPL-3.0-or-later"]);
});

test("all crates have licences that may be shipped", () => {
  const all = crates(ROOT);
  assert.ok(all.some(({ name }) => name === "actix-web"), "the dependencies were read");
  assert.deepEqual(refused(all), []);
});

for (const file of LOCK_FILES) {
  test(`all packages of ${file} have licences that may be shipped`, () => {
    const all = npmPackages(ROOT + file);
    assert.ok(all.length > 1, "the lock file was read");
    assert.deepEqual(refused(all), []);
  });
}
