import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @typedef {{name: string, version: string, licence: string|null}} Package */

/** Every crate that the workspace is built or tested with, on any platform. @param {string} root @returns {Package[]} */
export function crates(root) {
  const text = execFileSync("cargo", ["metadata", "--format-version", "1", "--locked"], { cwd: root, maxBuffer: 256 * 1024 * 1024, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return fromMetadata(JSON.parse(text));
}

/** @param {{packages: {name: string, version: string, license: string|null, license_file: string|null, source: string|null}[]}} metadata @returns {Package[]} */
export function fromMetadata(metadata) {
  return metadata.packages.map(({ name, version, license }) => ({ name, version, licence: license }));
}

/** Every npm package of a lock file. @param {string} lockFile @returns {Package[]} */
export function npmPackages(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
  const folder = dirname(lockFile);
  return Object.entries(packages).map(([path, one]) => ({ name: path.replace(/^.*node_modules\//, "") || folder, version: one.version, licence: one.license ?? ownWord(join(folder, path)) }));
}

/** Older packages say their licence in their own file only. @param {string} folder @returns {string|null} */
function ownWord(folder) {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return null;
  const { license, licenses } = JSON.parse(readFileSync(file, "utf8"));
  return license?.type ?? license ?? licenses?.map((/** @type {{type: string}} */ one) => one.type).join(" OR ") ?? null;
}
