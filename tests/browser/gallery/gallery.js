/** Shows `<gr-meeting>` or `<gr-waiting-room>` in one state: `?state=chat&theme=dark&lang=ar`. Without a state it lists them. */

// The texts are asked for from the root of the site; here the site is under /static.
const realFetch = window.fetch.bind(window);
window.fetch = (url, options) => realFetch(typeof url === "string" && url.startsWith("/i18n/") ? `/static${url}` : url, options);

const query = new URLSearchParams(location.search);
if (query.has("theme")) document.documentElement.dataset.theme = query.get("theme");
localStorage.setItem("greenroom.language", query.get("lang") ?? "en");

const { startI18n } = await import("/static/js/i18n/i18n.js");
await startI18n();
const { FIXTURES } = await import("./fixtures.js");
const { FakeCall } = await import("./fake-call.js");
const root = document.querySelector("#room");
const name = query.get("state");
const fixture = FIXTURES[name];

if (fixture) await show(fixture);
else list();
document.documentElement.dataset.ready = "true";

async function show({ view = "meeting", state, panel, choice, dialog, later }) {
  const meeting = view === "meeting";
  await import(meeting ? "/static/js/views/meeting.js" : "/static/js/views/waiting-room.js");
  const element = document.createElement(meeting ? "gr-meeting" : "gr-waiting-room");
  if (!meeting) root.classList.add("page");
  element.call = new FakeCall(state());
  window.call = element.call;
  root.append(element);
  document.body.append(document.createElement("gr-toasts"));
  await element.updateComplete;
  if (panel) element.panel = panel;
  if (choice) element.choice = choice;
  if (dialog) element.openDialog(dialog);
  await element.updateComplete;
  if (later) element.call.change(later());
}

function list() {
  root.classList.add("page");
  root.append(
    ...Object.keys(FIXTURES).map((one) => {
      const link = document.createElement("a");
      link.href = `?state=${one}`;
      link.textContent = one;
      link.style.cssText = "display: block; padding: 8px 24px; color: var(--accent)";
      return link;
    }),
  );
}
