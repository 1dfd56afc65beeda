import { readFileSync, readdirSync } from "node:fs";

/** The kernel counts in hundredths of a second. */
const TICKS = 100;

/** The processes that hold the pages of a browser which was started with a flag of its own. @param {string} flag @returns {number[]} */
export function pagesOf(flag) {
  const parents = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      parents.set(pid, { parent: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1], words: readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/) });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isInside = (/** @type {string} */ pid) => {
    for (let at = parents.get(pid); at; at = parents.get(at.parent)) if (at.words.includes(flag) && !at.words.some((/** @type {string} */ word) => word.startsWith("--type="))) return true;
    return false;
  };
  return [...parents].filter(([pid, { words }]) => words.includes("--type=renderer") && isInside(pid)).map(([pid]) => Number(pid));
}

/** Seconds of CPU that the live descendants of this process have used, by the kind of process: Chromium names its own by `--type`. @returns {Record<string, number>} */
export function cpuOfChildren() {
  const children = new Map();
  const used = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      children.set(fields[1], [...(children.get(fields[1]) ?? []), pid]);
      used.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS);
    } catch {
      // It has ended meanwhile.
    }
  }
  /** @type {Record<string, number>} */
  const sums = {};
  const add = (/** @type {string} */ pid) => {
    for (const child of children.get(pid) ?? []) {
      const kind = kindOf(child);
      sums[kind] = (sums[kind] ?? 0) + used.get(child);
      add(child);
    }
  };
  add(String(process.pid));
  return sums;
}

/** @param {string} pid */
function kindOf(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
    const of = (/** @type {string} */ name) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
    return of("utility-sub-type")?.split(".")[0] ?? of("type") ?? words[0].split("/").at(-1) ?? "";
  } catch {
    return "gone";
  }
}
