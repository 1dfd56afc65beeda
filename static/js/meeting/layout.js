/**
 * Where everything on the stage goes. Pure: what is in the room, what the person chose and the size of the stage in, rectangles out.
 *
 * @typedef {import("../call/call-state.js").CallState} CallState
 * @typedef {{key: string, id: string, kind: "camera"|"screen", self: boolean}} Tile `key` is stable as long as the tile exists
 * @typedef {"auto"|"grid"|"speaker"|"presentation"} LayoutChoice
 * @typedef {"grid"|"duo"|"speaker"|"presentation"} Layout
 * @typedef {{layout: Layout, stage: Tile[], strip: Tile[]}} Plan grid and duo have all their tiles on the stage
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {Rect & {tile: Tile, place: "stage"|"strip"|"float"}} Placed
 */

/** A tile is never wider or narrower than this; video is cropped to it. On a phone people hold their cameras upright. */
const WIDEST = 16 / 9;
const NARROWEST = 1;
const NARROWEST_ON_PHONE = 0.72;
const GAP = 8;
const MIN_TILE = 168;
/** Below this width a stage is a phone's. */
export const NARROW = 600;

/** @param {string} id @param {"camera"|"screen"} kind */
export function tileKey(id, kind) {
  return kind === "screen" ? `${id}:screen` : id;
}

/**
 * Everything that has a tile, in a stable order: screens, the others as they joined, then you. Observers publish nothing and have none.
 * @param {Pick<CallState, "participants"|"you">} state @param {{hideSelf?: boolean}} [view] @returns {Tile[]}
 */
export function tilesOf({ participants, you }, { hideSelf = false } = {}) {
  const seen = participants.filter((one) => one.role !== "observer");
  const tile = (/** @type {string} */ id, /** @type {"camera"|"screen"} */ kind) => ({ key: tileKey(id, kind), id, kind, self: id === you?.id });
  const screens = seen.filter((one) => one.screenSharing).map((one) => tile(one.id, "screen"));
  const others = seen.filter((one) => one.id !== you?.id).map((one) => tile(one.id, "camera"));
  const mine = seen.filter((one) => one.id === you?.id).map((one) => tile(one.id, "camera"));
  const alone = others.length + screens.length === 0;
  return [...screens, ...others, ...(hideSelf && !alone ? [] : mine)];
}

/**
 * Which layout applies, and what is on the stage. Your own pin comes before a shared screen, a screen before the host's spotlight.
 * @param {{tiles: Tile[], choice: LayoutChoice, pinned: string|null, spotlight: string|null, speaker: string|null}} facts
 * `pinned` is a tile key, `spotlight` and `speaker` are participants
 * @returns {Plan}
 */
export function plan({ tiles, choice, pinned, spotlight, speaker }) {
  const byKey = (/** @type {string|null} */ key) => tiles.find((tile) => tile.key === key);
  const pin = byKey(pinned);
  const screen = tiles.find((tile) => tile.kind === "screen" && !tile.self) ?? tiles.find((tile) => tile.kind === "screen");
  const lit = byKey(spotlight);
  if (choice === "grid") return { layout: "grid", stage: tiles, strip: [] };
  if (choice === "auto") {
    if (pin) return onStage(tiles, pin);
    if (screen) return onStage(tiles, screen);
    if (lit) return onStage(tiles, lit);
    return { layout: isDuo(tiles) ? "duo" : "grid", stage: tiles, strip: [] };
  }
  const others = tiles.filter((tile) => tile.kind === "camera" && !tile.self);
  const person = lit ?? others.find((tile) => tile.id === speaker) ?? others[0];
  const wanted = pin ?? (choice === "presentation" ? (screen ?? person) : (person ?? screen)) ?? tiles[0];
  return wanted ? onStage(tiles, wanted) : { layout: "grid", stage: [], strip: [] };
}

/** @param {Tile[]} tiles */
function isDuo(tiles) {
  return tiles.length === 2 && tiles[1].self && tiles.every((tile) => tile.kind === "camera");
}

/** @param {Tile[]} tiles @param {Tile} tile @returns {Plan} */
function onStage(tiles, tile) {
  return { layout: tile.kind === "screen" ? "presentation" : "speaker", stage: [tile], strip: tiles.filter((one) => one !== tile) };
}

/**
 * The columns and rows that give `count` tiles the most area in `width` × `height`.
 * @param {number} count @param {number} width @param {number} height @param {{gap?: number, minColumns?: number, maxColumns?: number}} [options]
 * @returns {{columns: number, rows: number, width: number, height: number}} the last two of one tile
 */
export function bestGrid(count, width, height, { gap = GAP, minColumns = 1, maxColumns = Infinity } = {}) {
  const narrowest = width < NARROW ? NARROWEST_ON_PHONE : NARROWEST;
  let best = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = Math.min(minColumns, Math.max(1, count)); columns <= Math.min(Math.max(1, count), maxColumns); columns += 1) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const tile = fit((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows, narrowest);
    if (tile.width * tile.height > best.width * best.height + 1) best = { columns, rows, ...tile };
  }
  return best;
}

/** The largest tile in a cell. @param {number} width @param {number} height @param {number} [narrowest] */
function fit(width, height, narrowest = NARROWEST_ON_PHONE) {
  const w = Math.max(0, width);
  const h = Math.max(0, height);
  return { width: Math.floor(Math.min(w, h * WIDEST)), height: Math.floor(Math.min(h, w / narrowest)) };
}

/** How many tiles one page of a grid holds before they get too small. @param {number} width @param {number} height */
export function pageSize(width, height) {
  const narrow = width < NARROW;
  const columns = narrow ? 2 : Math.max(1, Math.floor((width + GAP) / (MIN_TILE + 40 + GAP)));
  const rows = Math.max(1, Math.floor((height + GAP) / (MIN_TILE * 0.75 + GAP)));
  return Math.max(1, Math.min(narrow ? 8 : 25, columns * rows));
}

/**
 * Who talks comes onto the first page, in the place of its last tile; nobody else moves.
 * @param {Tile[]} tiles @param {string|null} speaker @param {number} slots @returns {Tile[]}
 */
export function promote(tiles, speaker, slots) {
  const at = tiles.findIndex((tile) => tile.id === speaker && tile.kind === "camera");
  if (at < slots || slots < 1) return tiles;
  const next = [...tiles];
  [next[slots - 1], next[at]] = [next[at], next[slots - 1]];
  return next;
}

/**
 * The rectangles of one page.
 * @param {Plan} plan @param {{width: number, height: number, page?: number, rtl?: boolean, speaker?: string|null}} stage
 * @returns {{placed: Placed[], pages: number, page: number}}
 */
export function arrange(plan, { width, height, page = 0, rtl = false, speaker = null }) {
  if (width <= 0 || height <= 0) return { placed: [], pages: 1, page: 0 };
  const result =
    plan.layout === "duo" ? duo(plan.stage, width, height) : plan.strip.length || plan.layout !== "grid" ? withStrip(plan, width, height, page, speaker) : grid(plan.stage, width, height, page, speaker);
  return { ...result, placed: rtl ? result.placed.map((one) => ({ ...one, x: width - one.x - one.width })) : result.placed };
}

/** @param {Tile[]} tiles @param {number} width @param {number} height */
function duo([other, self], width, height) {
  const portrait = height > width;
  const w = Math.round(portrait ? Math.min(140, width * 0.3) : Math.max(140, Math.min(264, width * 0.2)));
  const h = Math.round(portrait ? w / 0.75 : w / WIDEST);
  const edge = 12;
  /** @type {Placed[]} */
  const placed = [
    { tile: other, place: "stage", x: 0, y: 0, width, height },
    { tile: self, place: "float", x: width - w - edge, y: height - h - edge, width: w, height: h },
  ];
  return { placed, pages: 1, page: 0 };
}

/** @param {Tile[]} tiles @param {number} width @param {number} height @param {number} wanted @param {string|null} speaker */
function grid(tiles, width, height, wanted, speaker) {
  const slots = pageSize(width, height);
  const { list, pages, page } = pageOf(promote(tiles, speaker, slots), slots, wanted);
  const size = bestGrid(list.length, width, height, columnsFor(list.length, width, height));
  const totalHeight = size.rows * size.height + (size.rows - 1) * GAP;
  const placed = list.map((tile, at) => {
    const row = Math.floor(at / size.columns);
    const inRow = Math.min(size.columns, list.length - row * size.columns);
    const rowWidth = inRow * size.width + (inRow - 1) * GAP;
    const x = (width - rowWidth) / 2 + (at % size.columns) * (size.width + GAP);
    const y = (height - totalHeight) / 2 + row * (size.height + GAP);
    return { tile, place: /** @type {const} */ ("stage"), x: Math.round(x), y: Math.round(y), width: size.width, height: size.height };
  });
  return { placed, pages, page };
}

/** An upright phone shows up to three in a column, more in two. @param {number} count @param {number} width @param {number} height */
function columnsFor(count, width, height) {
  if (width >= NARROW || width > height) return {};
  return count > 3 ? { minColumns: 2, maxColumns: 2 } : { maxColumns: 2 };
}

/** @param {Plan} plan @param {number} width @param {number} height @param {number} wanted @param {string|null} speaker */
function withStrip(plan, width, height, wanted, speaker) {
  const [main] = plan.stage;
  if (plan.strip.length === 0) return { placed: [center(main, { x: 0, y: 0, width, height })], pages: 1, page: 0 };
  const side = width > height * 1.15;
  const across = Math.round(side ? Math.max(150, Math.min(240, width * 0.19)) : Math.max(88, Math.min(150, height * 0.2)));
  const cell = side ? { width: across, height: Math.round(across / WIDEST) } : { width: Math.round(across * 1.25), height: across };
  const along = side ? height : width;
  const step = (side ? cell.height : cell.width) + GAP;
  const slots = Math.max(1, Math.floor((along + GAP) / step));
  const { list, pages, page } = pageOf(promote(plan.strip, speaker, slots), slots, wanted);
  const used = list.length * step - GAP;
  const start = Math.max(0, (along - used) / 2);
  const stage = side ? { x: 0, y: 0, width: width - across - GAP, height } : { x: 0, y: 0, width, height: height - across - GAP };
  const strip = list.map((tile, at) => ({
    tile,
    place: /** @type {const} */ ("strip"),
    x: Math.round(side ? width - across : start + at * step),
    y: Math.round(side ? start + at * step : height - across),
    ...cell,
  }));
  return { placed: [center(main, stage), ...strip], pages, page };
}

/** A screen takes the whole area (it is never cropped), a person at most the widest tile. @param {Tile} tile @param {Rect} area @returns {Placed} */
function center(tile, area) {
  const size = tile.kind === "screen" ? area : fit(area.width, area.height);
  return {
    tile,
    place: "stage",
    x: Math.round(area.x + (area.width - size.width) / 2),
    y: Math.round(area.y + (area.height - size.height) / 2),
    width: size.width,
    height: size.height,
  };
}

/** @template T @param {T[]} list @param {number} slots @param {number} wanted */
function pageOf(list, slots, wanted) {
  const pages = Math.max(1, Math.ceil(list.length / slots));
  const page = Math.max(0, Math.min(wanted, pages - 1));
  return { list: list.slice(page * slots, (page + 1) * slots), pages, page };
}
