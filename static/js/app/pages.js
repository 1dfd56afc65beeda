import { html } from "lit";
import { brandName } from "./brand.js";
import { t } from "../i18n/i18n.js";

/**
 * What each route shows: the module that defines its element, and the element.
 * @type {Record<string, {load: () => Promise<unknown>, render: (params: Record<string, string>) => unknown, title: string}>}
 */
export const PAGES = {
  home: { load: () => import("../views/home.js"), render: () => html`<gr-home></gr-home>`, title: "home.tab" },
  room: { load: () => import("../views/room-page.js"), render: ({ code }) => html`<gr-room-page .code=${code}></gr-room-page>`, title: "room.tab" },
  "sign-in": { load: () => import("../views/sign-in.js"), render: () => html`<gr-sign-in></gr-sign-in>`, title: "signIn.tab" },
  account: { load: () => import("../views/account.js"), render: () => html`<gr-account></gr-account>`, title: "account.tab" },
  rooms: { load: () => import("../views/rooms.js"), render: () => html`<gr-rooms></gr-rooms>`, title: "rooms.tab" },
  report: {
    load: () => import("../views/report.js"),
    render: ({ id, sid }) => html`<gr-report .roomId=${id} .sessionId=${sid}></gr-report>`,
    title: "report.tab",
  },
  recordings: { load: () => import("../views/recordings.js"), render: ({ id }) => html`<gr-recordings .roomId=${id}></gr-recordings>`, title: "recordings.tab" },
  recording: {
    load: () => import("../views/recording.js"),
    render: ({ id, rid }) => html`<gr-recording .roomId=${id} .recordingId=${rid}></gr-recording>`,
    title: "recordings.tab",
  },
  "not-found": { load: () => import("../views/not-found.js"), render: () => html`<gr-not-found></gr-not-found>`, title: "notFound.tab" },
};

/** @param {import("./router.js").Route} route */
export function titleOf(route) {
  return `${t(PAGES[route.page].title, route.params)} · ${brandName()}`;
}
