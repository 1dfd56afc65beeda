import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { createRoom } from "../rest/api.js";
import { rememberRoom } from "../browser/storage.js";
import { t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { navigate } from "../app/router.js";
import { session, user } from "../app/session.js";
import "./create-room.js";
import "./hero-art.js";
import "./join-form.js";
import "./recent-rooms.js";

/** The first page: one click makes a room and goes in; a code or link leads into another; recent rooms below. */
export class GrHome extends GrElement {
  static properties = { busy: { state: true }, dialog: { state: true } };

  constructor() {
    super();
    this.busy = false;
    /** @type {"now"|"later"|null} */
    this.dialog = null;
    this.refresh = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.refresh);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.refresh);
  }

  async startNow() {
    if (this.busy) return;
    this.busy = true;
    try {
      const room = await createRoom({});
      rememberRoom({ code: room.roomCode, name: "", host: true });
      navigate(`/r/${room.roomCode}`);
    } catch (error) {
      toast({ text: errorText(error, "home.createFailed"), kind: "error" });
    } finally {
      this.busy = false;
    }
  }

  render() {
    return html`<div class="page">
      <section class="hero">
        <div class="words">
          <h1 tabindex="-1">${t("home.title")}</h1>
          <p class="lead">${t("home.lead")}</p>
          <div class="actions">
            <gr-button class="start" variant="primary" size="l" icon="camera" ?busy=${this.busy} @click=${this.startNow}>${t("home.start")}</gr-button>
            <gr-button size="l" icon="calendar" @click=${() => (this.dialog = "later")}>${t("home.schedule")}</gr-button>
            <gr-button size="l" variant="ghost" icon="settings" @click=${() => (this.dialog = "now")}>${t("home.options")}</gr-button>
          </div>
          <div class="or" aria-hidden="true"><span>${t("home.or")}</span></div>
          <gr-join-form></gr-join-form>
        </div>
        <gr-hero-art class="art"></gr-hero-art>
      </section>
      <gr-recent-rooms></gr-recent-rooms>
      ${user() ? html`<p class="mine"><a href="/rooms">${t("home.myRooms")}</a></p>` : nothing}
      <gr-create-room .mode=${this.dialog} @close=${() => (this.dialog = null)}></gr-create-room>
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      .hero {
        display: grid;
        grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
        gap: var(--s-8);
        align-items: center;
        padding-block: var(--s-7) var(--s-7);
      }
      h1 {
        font-size: var(--fs-6);
        line-height: 1.08;
        letter-spacing: -0.025em;
        text-wrap: balance;
      }
      :host(:lang(ar)) h1 {
        letter-spacing: 0;
        line-height: 1.3;
      }
      .lead {
        margin-block: var(--s-4) var(--s-6);
        max-inline-size: 46ch;
        font-size: 1.125rem;
        color: var(--text-2);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-3);
      }
      .or {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        max-inline-size: 520px;
        margin-block: var(--s-5);
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .or::before,
      .or::after {
        content: "";
        flex: 1;
        block-size: 1px;
        background: var(--line);
      }
      gr-join-form {
        display: block;
        max-inline-size: 520px;
      }
      .mine a {
        display: inline-flex;
        align-items: center;
        min-block-size: var(--touch);
      }
      @media (max-width: 860px) {
        .hero {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--s-6);
          padding-block: var(--s-5);
        }
        .art {
          display: none;
        }
      }
      @media (max-width: 480px) {
        .start {
          inline-size: 100%;
        }
        .actions gr-button:not(.start) {
          flex: 1;
        }
        .actions gr-button::part(button) {
          padding-inline: var(--s-3);
        }
      }
    `,
  ];
}
customElements.define("gr-home", GrHome);
