import { t } from "../i18n/i18n.js";
import { toast } from "../components/index.js";
import { actionOf, whereOf } from "./shortcuts.js";
import { mayRecord } from "../room/consents.js";
import { isHost } from "./people.js";

/**
 * What the buttons and the keys of a meeting do: one place for both. A reactive controller of `<gr-meeting>`.
 */
export class Controls {
  /** @param {import("../views/meeting.js").GrMeeting} meeting */
  constructor(meeting) {
    this.meeting = meeting;
    this.talking = false;
    this.onKeyDown = (/** @type {KeyboardEvent} */ event) => this.keyDown(event);
    this.onKeyUp = (/** @type {KeyboardEvent} */ event) => event.key === " " && this.talk(false);
    this.onBlur = () => this.talk(false);
    meeting.addController(this);
  }

  hostConnected() {
    window.addEventListener("keydown", this.onKeyDown);
    window.addEventListener("keyup", this.onKeyUp);
    window.addEventListener("blur", this.onBlur);
  }

  hostDisconnected() {
    window.removeEventListener("keydown", this.onKeyDown);
    window.removeEventListener("keyup", this.onKeyUp);
    window.removeEventListener("blur", this.onBlur);
    this.talk(false);
  }

  get state() {
    return this.meeting.state;
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (event.defaultPrevented || this.state?.phase !== "joined") return;
    const action = actionOf(event, whereOf(event));
    const inDialog = event.composedPath().some((one) => one instanceof HTMLDialogElement);
    if (!action || inDialog) return;
    if (action === "close" && !this.meeting.panel && !this.meeting.bar?.picker.open) return;
    // Where there is nothing to turn, and in a panel, these keys scroll.
    const inPanel = event.composedPath().some((one) => /** @type {Element} */ (one).localName === "gr-side-panel");
    if (action.startsWith("page-") && (inPanel || (this.meeting.stage?.pages ?? 1) < 2)) return;
    event.preventDefault();
    if (action === "talk") this.talk(true);
    else this.run(action);
  }

  /** @param {string} action @param {Record<string, any>} [fields] */
  run(action, fields = {}) {
    const { meeting, state } = this;
    /** @type {Record<string, () => unknown>} */
    const actions = {
      microphone: () => this.microphone(),
      camera: () => state.can.publish_video && meeting.attempt(meeting.call.setCamera(!state.camera.on)),
      screen: () => this.screen(),
      hand: () => state.can.raise_hand && meeting.attempt(meeting.call.raiseHand(!state.you?.handRaisedAt)),
      react: () => meeting.bar?.showReactions(),
      chat: () => meeting.togglePanel("chat"),
      people: () => meeting.togglePanel("people"),
      waiting: () => state.can.admit && meeting.togglePanel("waiting"),
      panel: () => meeting.togglePanel(fields.panel),
      layout: () => this.layout(fields.choice),
      "page-previous": () => meeting.stage?.turn(-1),
      "page-next": () => meeting.stage?.turn(1),
      help: () => meeting.openDialog({ dialog: "help" }),
      close: () => (meeting.bar?.picker.open ? meeting.bar.picker.hide() : meeting.togglePanel("")),
      leave: () => this.leave(),
      lock: () => meeting.attempt(meeting.call.lock(!state.room?.locked)),
      record: () => mayRecord(state) && meeting.openDialog({ dialog: state.room?.recording ? "stop-recording" : "record" }),
      dialog: () => meeting.openDialog(/** @type {any} */ (fields)),
      pin: () => meeting.pin(fields.key),
      "hide-self": () => meeting.toggleSelf(),
      message: () => meeting.writeTo(fields.to),
      unblock: () => meeting.unblock(),
    };
    actions[action]?.();
  }

  microphone() {
    const { meeting, state } = this;
    if (!state.can.publish_audio) return;
    if (!state.microphone.on && !state.can.unmute) toast({ text: t("meeting.mic.notAllowed"), kind: "warn" });
    else meeting.attempt(meeting.call.setMicrophone(!state.microphone.on));
  }

  async screen() {
    const { meeting, state } = this;
    if (!state.can.share_screen) return;
    try {
      await meeting.call.setScreen(!state.screen.on);
    } catch (error) {
      // Changing one's mind in the browser's own dialog is no error.
      const { name, code } = /** @type {{name?: string, code?: unknown}} */ (error);
      if (name !== "NotAllowedError" && code !== "denied") meeting.attempt(Promise.reject(error));
    }
  }

  /** Push to talk: heard only while the key is down. @param {boolean} on */
  talk(on) {
    const { meeting, state } = this;
    if (on === this.talking) return;
    if (on && (state.microphone.on || !state.can.publish_audio || !state.can.unmute)) return;
    this.talking = on;
    meeting.attempt(meeting.call.setMicrophone(on));
    meeting.requestUpdate();
  }

  /** @param {import("./layout.js").LayoutChoice} [choice] the next one without it */
  layout(choice) {
    const order = /** @type {const} */ (["auto", "grid", "speaker"]);
    const next = choice ?? order[(order.indexOf(/** @type {any} */ (this.meeting.choice)) + 1) % order.length];
    this.meeting.choice = next;
    toast({ text: t(`meeting.layout.${next}`), seconds: 2 });
  }

  leave() {
    const { meeting, state } = this;
    const othersAreHere = state.participants.length > 1;
    if (isHost(state.you) && state.can.end_session && othersAreHere) meeting.openDialog({ dialog: "leave" });
    else meeting.attempt(meeting.call.leave());
  }
}
