/** Shows a meeting, the waiting room or a page around them in one state: `?state=chat&theme=dark&lang=ar`. Without a state it lists them. */

/** What the page of a state is told by REST: an object by path; a status where it is refused. */
let answers = {};
// The texts are asked for from the root of the site; here the site is under /static.
const realFetch = window.fetch.bind(window);
window.fetch = async (url, options) => {
  const path = String(url).split("?")[0];
  if (!path.startsWith("/api/v1/")) return realFetch(path.startsWith("/i18n/") ? `/static${url}` : url, options);
  const answer = answers[path.slice("/api/v1".length)] ?? 404;
  return typeof answer === "number" ? new Response("{}", { status: answer }) : Response.json(answer);
};

const query = new URLSearchParams(location.search);
if (query.has("theme")) document.documentElement.dataset.theme = query.get("theme");
localStorage.setItem("greenroom.language", query.get("lang") ?? "en");

const { startI18n } = await import("/static/js/i18n/i18n.js");
await startI18n();
const { FIXTURES: STATES } = await import("./fixtures.js");
const { PAGES } = await import("./pages.js");
const FIXTURES = { ...STATES, ...PAGES };
const { FakeCall } = await import("./fake-call.js");
const root = document.querySelector("#room");
const name = query.get("state");
const fixture = FIXTURES[name];

if (fixture?.page) await showPage(fixture);
else if (fixture) await show(fixture);
else list();
document.documentElement.dataset.ready = "true";

/** A page around a meeting, with what the server would say. */
async function showPage({ page, answer }) {
  answers = await answer();
  await import(`/static/js/components/index.js`);
  await import(`/static/js/views/${page.module}.js`);
  const element = Object.assign(document.createElement(page.element), page.fields);
  root.classList.add("page");
  root.append(element);
  document.body.append(document.createElement("gr-toasts"));
  await element.updateComplete;
}

async function show({ view = "meeting", state, panel, choice, dialog, later, putOff, fields = {} }) {
  const meeting = view === "meeting";
  await import(meeting ? "/static/js/views/meeting.js" : "/static/js/views/waiting-room.js");
  const element = document.createElement(meeting ? "gr-meeting" : "gr-waiting-room");
  if (!meeting) root.classList.add("page");
  element.call = new FakeCall(state());
  Object.assign(element, fields);
  window.call = element.call;
  root.append(element);
  document.body.append(document.createElement("gr-toasts"));
  await element.updateComplete;
  if (panel) element.panel = panel;
  if (choice) element.choice = choice;
  if (putOff) element.putOff(putOff);
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
