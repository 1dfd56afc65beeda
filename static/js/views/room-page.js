import { css, html } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { getRoom } from "../rest/api.js";
import { Call } from "../call/call.js";
import { t } from "../i18n/i18n.js";
import { LocalMedia } from "../media/media.js";
import { errorText } from "../i18n/problem.js";
import { readCode } from "../app/room-code.js";
import { rememberRoom, settings } from "../browser/storage.js";
import "./prejoin.js";

/** The parts after pre-join are fetched while the person chooses a name. */
const later = { waiting: () => import("./waiting-room.js"), joined: () => import("./meeting.js"), ended: () => import("./after-call.js") };

/**
 * One room from its link to what comes after: pre-join, waiting, meeting, after-call, by the phase of the call. A reload goes
 * back into the call where there is one to go back to.
 */
export class GrRoomPage extends GrElement {
  static properties = {
    code: { attribute: false },
    info: { state: true },
    problem: { state: true },
    resuming: { state: true },
    ready: { state: true },
  };

  constructor() {
    super();
    this.code = "";
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.info = null;
    /** @type {{kind: "missing"|"failed", text: string}|null} */
    this.problem = null;
    this.resuming = true;
    /** Which later parts are loaded. @type {Set<string>} */
    this.ready = new Set();
    /** @type {Call|null} */
    this.call = null;
    /** @type {LocalMedia|null} */
    this.media = null;
    /** Everybody seen in this call, for the page after it. @type {Map<string, import("../call/call-state.js").Participant>} */
    this.seen = new Map();
    this.bare = false;
    this.onChange = () => this.follow();
    this.onPageHide = () => this.suspend();
    this.onPageShow = (/** @type {PageTransitionEvent} */ event) => event.persisted && this.wake();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("pagehide", this.onPageHide);
    addEventListener("pageshow", this.onPageShow);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("pagehide", this.onPageHide);
    removeEventListener("pageshow", this.onPageShow);
    this.end();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("code") && this.code) this.arrive();
  }

  async arrive() {
    this.end();
    await this.enter(readCode(this.code) || this.code);
  }

  /** Goes on where this tab was, if it was anywhere; else the pre-join page. @param {string} code */
  async enter(code) {
    this.begin(code);
    this.resuming = true;
    const [resumed] = await Promise.all([this.call?.resumeIfPossible().catch(() => false), this.loadInfo(code)]);
    // In the meeting the call itself brings back what was on; a muted person stays muted.
    if (resumed && this.call?.state.phase === "waiting") await this.media?.start(wantedDevices());
    this.resuming = false;
    for (const phase of /** @type {(keyof typeof later)[]} */ (["joined", "waiting", "ended"])) this.prepare(phase);
  }

  /** The page goes, perhaps to come back: devices and connections are let go, the place in the room is kept. */
  suspend() {
    this.media?.close();
    this.call?.abandon();
  }

  /** Back out of the browser's memory, by its back button: as after a reload. */
  async wake() {
    const { call } = this;
    if (!call || call.state.phase === "ended") return;
    call.removeEventListener("change", this.onChange);
    this.showBare(false);
    await this.enter(call.roomCode);
  }

  /** @param {string} code */
  async loadInfo(code) {
    this.problem = null;
    try {
      this.info = await getRoom(code);
    } catch (error) {
      const missing = /** @type {{status?: number}} */ (error).status === 404;
      this.problem = { kind: missing ? "missing" : "failed", text: missing ? t("room.missing", { code }) : errorText(error, "room.failed") };
    }
  }

  /** @param {string} code */
  begin(code) {
    this.media = new LocalMedia();
    this.call = new Call({ roomCode: code, media: this.media });
    this.call.addEventListener("change", this.onChange);
    this.seen = new Map();
  }

  /** Leaves whatever is going on and frees the devices. */
  end() {
    this.call?.removeEventListener("change", this.onChange);
    if (this.call && ["connecting", "waiting", "joined"].includes(this.call.state.phase)) this.call.leave().catch(() => undefined);
    this.media?.close();
    this.call = null;
    this.media = null;
    this.showBare(false);
  }

  follow() {
    const state = this.call?.state;
    if (!state) return;
    for (const one of state.participants) this.seen.set(one.id, one);
    this.showBare(state.phase === "joined");
    if (state.phase in later) this.prepare(/** @type {keyof typeof later} */ (state.phase));
    if (state.phase === "joined" && state.room && this.remembered !== this.call) this.remember(state.room);
    if (state.phase === "ended") this.releaseDevices();
    this.requestUpdate();
  }

  /** Once: closing changes the call's state, which leads here again. */
  releaseDevices() {
    const { media } = this;
    this.media = null;
    media?.close();
  }

  /** @param {import("../signalling/protocol.js").Room} room */
  remember(room) {
    this.remembered = this.call;
    rememberRoom({ code: room.roomCode, name: room.name, host: this.call?.state.you?.role === "host" });
  }

  /** @param {keyof typeof later} phase */
  async prepare(phase) {
    if (this.ready.has(phase)) return;
    try {
      await later[phase]();
      this.ready = new Set([...this.ready, phase]);
    } catch (error) {
      console.error(error);
      if (this.call?.state.phase === phase) this.problem = { kind: "failed", text: t("app.failed") };
    }
  }

  /** @param {boolean} bare */
  showBare(bare) {
    if (this.bare === bare) return;
    this.bare = bare;
    this.emit("chrome", { bare });
  }

  /** Once more into the same room, with the name and devices of before. */
  async rejoin() {
    const displayName = this.call?.state.you?.displayName ?? settings().displayName ?? "";
    const code = this.call?.roomCode ?? this.code;
    this.end();
    this.begin(code);
    this.requestUpdate();
    await this.media?.start(wantedDevices());
    try {
      await this.call?.join({ displayName });
    } catch {
      // The pre-join page is on the screen and says what the room wants: a password, or a room that is open.
    }
  }

  render() {
    const phase = this.call?.state.phase ?? "idle";
    if (phase === "ended" && this.ready.has("ended")) {
      return html`<gr-after-call .call=${this.call} .seen=${[...this.seen.values()]} @rejoin=${this.rejoin}></gr-after-call>`;
    }
    if (phase === "joined" && this.ready.has("joined")) return html`<gr-meeting .call=${this.call}></gr-meeting>`;
    if (phase === "waiting" && this.ready.has("waiting")) return html`<gr-waiting-room .call=${this.call} .recorded=${this.info?.recording === true}></gr-waiting-room>`;
    if (this.problem && phase === "idle") return this.renderProblem(this.problem);
    if (this.resuming || phase === "joined" || phase === "waiting" || phase === "ended") {
      return html`<gr-spinner label=${t(phase === "idle" ? "common.loading" : "room.entering")}></gr-spinner>`;
    }
    return html`<gr-prejoin .call=${this.call} .media=${this.media} .info=${this.info}></gr-prejoin>`;
  }

  /** @param {{kind: "missing"|"failed", text: string}} problem */
  renderProblem({ kind, text }) {
    const missing = kind === "missing";
    return html`<div class="page narrow problem">
      <gr-icon name=${missing ? "door" : "wifi"}></gr-icon>
      <h1 tabindex="-1">${t(missing ? "room.missingTitle" : "room.failedTitle")}</h1>
      <p class="muted">${text}</p>
      <div class="row">
        ${missing ? html`<gr-button variant="primary" href="/">${t("notFound.home")}</gr-button>` : html`<gr-button variant="primary" icon="refresh" @click=${this.arrive}>${t("common.retry")}</gr-button>`}
      </div>
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-block-size: 0;
      }
      :host > * {
        flex: 1;
      }
      .problem {
        display: grid;
        justify-items: center;
        align-content: start;
        gap: var(--s-4);
        padding-block-start: var(--s-8);
        text-align: center;
      }
      .problem > gr-icon {
        font-size: 3rem;
        color: var(--accent);
      }
    `,
  ];
}
customElements.define("gr-room-page", GrRoomPage);

/** What was on when this device was last in a room. */
function wantedDevices() {
  const { microphone = true, camera = true } = settings();
  return { microphone, camera };
}
