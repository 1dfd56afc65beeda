import assert from "node:assert/strict";
import test from "node:test";
import { initialState } from "../js/call/call-state.js";
import { apply, expire, nextExpiry } from "../js/room/room.js";
import { isAsked, leftOut, openChoices, openQuestions, purposesOf, tallyOf } from "../js/room/consents.js";
import { actionOf } from "../js/meeting/shortcuts.js";
import { person, room, welcome } from "./people.js";

const NOW = 1_000;
const RUNNING = { id: "rec1", startedAt: "2026-01-01T10:00:10.000Z", by: "alice" };
const answers = (recording, emotion = "unanswered", shareEmotion = false) => ({ recording, transcription: "unanswered", emotion, assistant: "unanswered", shareEmotion });
const alice = person("alice", { role: "host", consents: answers("granted") });
const bob = person("bob", { consents: answers("refused") });
const carol = person("carol");
const eve = person("eve", { role: "observer" });
const play = (events, from = initialState()) => events.reduce((state, event) => apply(state, event, NOW), from);
const permissions = { host: ["publish_audio", "record"], participant: ["publish_audio"], observer: ["chat"] };
const settings = { muteOnEntry: false, recording: "manual", emotion: false };
const meeting = (you, more = {}) => play([welcome(you, [alice, bob, carol, eve].filter((one) => one.id !== you.id), { room: room({ settings, permissions, ...more }) })]);
const kinds = (state) => state.notices.map((one) => one.kind);
const reading = (participantId) => ({ type: "emotion_updated", participantId, at: "2026-01-01T10:00:20.000Z", arousal: 0.7, label: null, confidence: 0.4, scores: { happy: 0.4 }, unusual: false });

test("nobody is asked while nothing is kept", () => {
  assert.deepEqual(openQuestions(meeting(carol)), []);
  assert.deepEqual(purposesOf(initialState()), []);
});

test("who has not answered is asked when a recording starts, and when they come into one", () => {
  const started = apply(meeting(carol), { type: "recording_started", recording: RUNNING }, NOW);
  assert.deepEqual(openQuestions(started), ["recording"]);
  assert.deepEqual(kinds(started), ["recording_started"]);
  const late = meeting(carol, { recording: RUNNING });
  assert.deepEqual(openQuestions(late), ["recording"]);
  assert.deepEqual(kinds(late), ["recording_running"]);
});

test("who agreed or refused is not asked again, and an observer never", () => {
  for (const you of [alice, bob, eve]) assert.deepEqual(openQuestions(meeting(you, { recording: RUNNING })), [], you.id);
  assert.ok(!isAsked({ room: room({ permissions: { participant: ["chat"] } }) }, carol), "whoever may send nothing is not asked");
});

test("voices are a question of their own", () => {
  const state = meeting(alice, { recording: RUNNING, settings: { ...settings, emotion: true } });
  assert.deepEqual(openQuestions(state), ["emotion"]);
});

test("the ones left out are told apart by their answer, and only while a recording runs", () => {
  const state = meeting(alice, { recording: RUNNING });
  assert.deepEqual([alice, bob, carol, eve].map((one) => leftOut(state, one)), [null, "refused", "unanswered", null]);
  assert.equal(leftOut(meeting(alice), bob), null);
  assert.deepEqual(tallyOf(state, "recording"), { granted: 1, refused: 1, unanswered: 1, asked: 3 });
});

test("what was once granted can be taken back even when nothing runs", () => {
  assert.deepEqual(openChoices(meeting(alice, { settings: { ...settings, recording: "off" } })), ["recording"]);
  assert.deepEqual(openChoices(meeting(carol, { settings: { ...settings, recording: "off" } })), []);
  assert.deepEqual(openChoices(meeting(carol)), ["recording"]);
});

test("a problem is told when it comes and when it goes, once", () => {
  const stuck = { type: "recording_updated", recording: { ...RUNNING, problem: "disk_full" } };
  const state = play([{ type: "recording_started", recording: RUNNING }, stuck, stuck, { type: "recording_updated", recording: RUNNING }], meeting(alice));
  assert.deepEqual(kinds(state), ["recording_started", "recording_problem", "recording_again"]);
  assert.equal(state.room.recording.problem, undefined);
});

test("the end of one recording does not end the next", () => {
  const next = { ...RUNNING, id: "rec2" };
  const state = play([{ type: "recording_started", recording: next }, { type: "recording_stopped", recordingId: "rec1", reason: "stopped", by: "alice" }], meeting(alice));
  assert.equal(state.room.recording.id, "rec2");
  const over = apply(state, { type: "recording_stopped", recordingId: "rec2", reason: "failed" }, NOW);
  assert.equal(over.room.recording, null);
  assert.deepEqual(kinds(over).at(-1), "recording_failed");
});

test("a reconnection into the same recording is no news", () => {
  const inside = meeting(alice, { recording: RUNNING });
  const again = apply(inside, welcome(alice, [bob], { room: room({ settings, permissions, recording: RUNNING }) }), NOW);
  assert.equal(kinds(again).filter((one) => one === "recording_running").length, 1);
});

test("a voice's reading is shown only of whoever agreed, in a room that has it on, and fades", () => {
  const on = { settings: { ...settings, emotion: true } };
  const open = person("dora", { consents: answers("unanswered", "granted", true) });
  const state = play([{ type: "participant_joined", participant: open }, reading("dora"), reading("carol")], meeting(alice, on));
  assert.deepEqual(Object.keys(state.emotions), ["dora"]);
  assert.equal(nextExpiry({ ...state, notices: [] }), NOW + 20_000);
  assert.deepEqual(expire(state, NOW + 20_000).emotions, {});
  const withdrawn = apply(state, { type: "participant_updated", participant: { ...open, consents: answers("unanswered", "refused") } }, NOW);
  assert.deepEqual(withdrawn.emotions, {});
  assert.deepEqual(apply(withdrawn, reading("dora"), NOW).emotions, {}, "what was on its way");
  const unshared = apply(state, { type: "participant_updated", participant: { ...open, consents: answers("unanswered", "granted") } }, NOW);
  assert.deepEqual(unshared.emotions, {}, "hosts see it no longer");
  assert.deepEqual(apply(state, { type: "room_updated", room: room({ settings }) }, NOW).emotions, {});
  assert.deepEqual(apply(state, { type: "participant_left", participantId: "dora", reason: "left" }, NOW).emotions, {});
});

test("a key starts and stops the recording", () => {
  assert.equal(actionOf({ key: "o" }, { typing: false, onControl: false }), "record");
});
