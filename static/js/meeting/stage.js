import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { styled } from "../components/styled.js";
import { formatNumber, t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";
import { arrange, plan, tilesOf } from "./layout.js";
import { shownOf, swipeOf } from "./shown.js";
import "./tile.js";

/**
 * All tiles in one container, each put in its place: a change of layout moves them and never makes a new one, so pictures go on.
 */
export class GrStage extends MeetingElement {
  static properties = {
    call: { attribute: false },
    state: { attribute: false },
    choice: {},
    pinned: {},
    hideSelf: { type: Boolean },
    page: { state: true },
    size: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./layout.js").LayoutChoice} */
    this.choice = "auto";
    /** @type {string|null} */
    this.pinned = null;
    this.hideSelf = false;
    this.page = 0;
    this.size = { width: 0, height: 0 };
    /** Who spoke last: stays on the stage in silence. @type {string|null} */
    this.speaker = null;
    /** @type {import("./layout.js").Placed[]} */
    this.placed = [];
    this.pages = 1;
    /** Where a finger came down. @type {{x: number, y: number}|null} */
    this.finger = null;
    this.onVisibility = () => this.tellShown();
    this.watcher = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (width !== this.size.width || height !== this.size.height) this.size = { width, height };
    });
  }

  firstUpdated() {
    this.watch();
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.onVisibility);
    if (this.hasUpdated) this.watch();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.disconnect();
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.call?.show?.([], false);
  }

  /** Asked of the document: a computed style would have everything styled anew at each change. */
  get rtl() {
    return this.matches(":dir(rtl)");
  }

  watch() {
    const field = this.renderRoot.querySelector(".field");
    if (field) this.watcher.observe(field);
  }

  willUpdate() {
    const { activeSpeaker, you } = this.state;
    if (activeSpeaker && activeSpeaker !== you?.id) this.speaker = activeSpeaker;
  }

  updated() {
    this.tellShown();
  }

  /** Of pictures that nobody looks at none is asked. */
  tellShown() {
    const shown = shownOf(this.placed, { pixels: devicePixelRatio, pinned: this.pinned });
    this.call?.show?.(shown, document.hidden);
  }

  /** @param {number} by pages on or back */
  turn(by) {
    this.page = Math.max(0, Math.min(this.pages - 1, Math.min(this.page, this.pages - 1) + by));
  }

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    this.finger = event.pointerType === "touch" && event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
  }

  /** @param {PointerEvent} event */
  onPointerUp(event) {
    const { finger } = this;
    this.finger = null;
    if (finger && this.pages > 1) this.turn(swipeOf({ dx: event.clientX - finger.x, dy: event.clientY - finger.y, rtl: this.rtl }));
  }

  render() {
    const { state } = this;
    const tiles = tilesOf(state, { hideSelf: this.hideSelf });
    const wanted = plan({ tiles, choice: this.choice, pinned: this.pinned, spotlight: state.room?.spotlight ?? null, speaker: this.speaker });
    const { placed, pages, page } = arrange(wanted, { ...this.size, page: this.page, rtl: this.rtl, speaker: this.speaker });
    Object.assign(this, { placed, pages });
    // In the order of the keys, so that a change of places moves no element in the document.
    const ordered = [...placed].sort((a, b) => a.tile.key.localeCompare(b.tile.key));
    return html`<section class="field ${wanted.layout}" aria-label=${t("meeting.stage")} data-layout=${wanted.layout} @pointerdown=${this.onPointerDown} @pointerup=${this.onPointerUp} @pointercancel=${() => (this.finger = null)}>
        ${repeat(ordered, (one) => one.tile.key, (one) => this.renderTile(one))} ${tiles.length ? nothing : html`<p class="nobody">${t("meeting.nobody")}</p>`}
      </section>
      ${pages > 1 ? this.renderPages(page, pages) : nothing}`;
  }

  /** @param {import("./layout.js").Placed} placed */
  renderTile({ tile, place, x, y, width, height }) {
    const { state } = this;
    const speaking = tile.kind === "camera" && state.speaking.includes(tile.id) && !this.person(tile.id)?.muted;
    return html`<gr-tile
      .call=${this.call}
      .state=${state}
      who=${tile.id}
      kind=${tile.kind}
      place=${place}
      ?pinned=${this.pinned === tile.key}
      ?speaking=${speaking}
      ?small=${width < 200}
      data-key=${tile.key}
      style=${styled({ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` })}
    ></gr-tile>`;
  }

  /** @param {number} page @param {number} pages */
  renderPages(page, pages) {
    return html`<nav class="pages" aria-label=${t("meeting.pages")}>
      <gr-button variant="ghost" shape="icon" icon="arrow-left" label=${t("meeting.page.previous")} ?disabled=${page === 0} @click=${() => this.turn(-1)}></gr-button>
      <span role="status">${t("meeting.page.of", { page: formatNumber(page + 1), pages: formatNumber(pages) })}</span>
      <gr-button variant="ghost" shape="icon" icon="arrow-right" label=${t("meeting.page.next")} ?disabled=${page === pages - 1} @click=${() => this.turn(1)}></gr-button>
    </nav>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-inline-size: 0;
        min-block-size: 0;
      }
      .field {
        position: relative;
        flex: 1;
        min-block-size: 0;
        overflow: hidden;
        touch-action: pan-y pinch-zoom;
      }
      gr-tile {
        position: absolute;
        inset-block-start: 0;
        left: 0;
        transition:
          transform var(--slow) var(--ease),
          width var(--slow) var(--ease),
          height var(--slow) var(--ease);
        animation: appear var(--slow) var(--ease);
      }
      gr-tile[place="float"] {
        z-index: 2;
      }
      .nobody {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        color: var(--text-2);
      }
      .pages {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--s-2);
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ];
}
customElements.define("gr-stage", GrStage);
