/** A picture is cropped to its tile: of a tall tile it fills, of a wide one its width decides. */
const WIDEST = 16 / 9;

/**
 * What a stage shows, as `Call.show` wants it; pure.
 * @param {import("./layout.js").Placed[]} placed @param {{pixels: number, pinned: string|null}} view `pixels` of the device for one of the page
 * @returns {import("../peers/subscription.js").Shown[]}
 */
export function shownOf(placed, { pixels, pinned }) {
  return placed
    .filter(({ tile, width, height }) => !tile.self && width > 0 && height > 0)
    .map(({ tile, place, width, height }) => ({
      participantId: tile.id,
      kind: tile.kind,
      height: Math.round((tile.kind === "screen" ? height : Math.max(height, width / WIDEST)) * pixels),
      place,
      pinned: tile.key === pinned,
    }));
}

/** A finger's way across the stage: which page it turns to. @param {{dx: number, dy: number, rtl: boolean}} way @returns {-1|0|1} */
export function swipeOf({ dx, dy, rtl }) {
  if (Math.abs(dx) < 60 || Math.abs(dx) < 2 * Math.abs(dy)) return 0;
  return dx < 0 === rtl ? -1 : 1;
}
