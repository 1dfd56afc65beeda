import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SMALL = { width: 320, height: 180 };
const FRAMES = 20;

/**
 * A film for the pretended camera: somebody in front of a wall, moving. Small and slow, because five people who each send it to four others
 * share two cores. YUV4MPEG2, the one raw format that Chromium reads.
 * @param {Size} [size] the figure is drawn for the usual one and scaled @returns {string} the file; it goes with this process
 */
export function film(size = SMALL) {
  const folder = mkdtempSync(join(tmpdir(), "greenroom-camera-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "camera.y4m");
  const frames = Array.from({ length: FRAMES }, (_, at) => Buffer.concat([Buffer.from("FRAME\n"), frame(at / FRAMES, size)]));
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F10:1 Ip A1:1 C420jpeg\n`), ...frames]));
  return file;
}

/** @typedef {[y: number, u: number, v: number]} Colour */
/** @typedef {{width: number, height: number}} Size */

/** @param {number} time 0 to 1, then it begins again @param {Size} size */
function frame(time, { width, height }) {
  const scale = width / SMALL.width;
  const luma = Buffer.alloc(width * height);
  const [blue, red] = [Buffer.alloc(luma.length / 4), Buffer.alloc(luma.length / 4)];
  const sway = Math.sin(time * 2 * Math.PI);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [light, u, v] = colourAt(x / scale, y / scale, sway);
      luma[y * width + x] = light;
      if (x % 2 === 0 && y % 2 === 0) {
        const at = (y / 2) * (width / 2) + x / 2;
        blue[at] = u;
        red[at] = v;
      }
    }
  }
  return Buffer.concat([luma, blue, red]);
}

/** @param {number} x @param {number} y @param {number} sway -1 to 1 @returns {Colour} */
function colourAt(x, y, sway) {
  const middle = SMALL.width / 2 + sway * 14;
  const inside = (/** @type {number} */ cx, /** @type {number} */ cy, /** @type {number} */ rx, /** @type {number} */ ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  if (inside(middle, 50, 31, 20)) return [60, 122, 140];
  if (inside(middle, 70, 28, 36)) return [178, 108, 152];
  if (inside(middle - sway * 5, 178, 82, 66)) return [96, 140, 112];
  return [205 - Math.round(y * 0.42) - Math.round(Math.abs(x - 90) * 0.06), 126, 132];
}
