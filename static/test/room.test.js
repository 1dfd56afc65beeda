import assert from "node:assert/strict";
import test from "node:test";
import { initialState } from "../js/call/call-state.js";
import { apply, expire, nextExpiry } from "../js/room/room.js";
import { addPending, markSending } from "../js/room/chat.js";
import { person, room, welcome } from "./people.js";

const NOW = 1_000;
const play = (events, from = initialState()) => events.reduce((state, event) => apply(state, event, NOW), from);
const alice = person("alice", { role: "host" });
const bob = person("bob");
const inside = () => play([welcome(alice, [bob])]);
const kinds = (state) => state.notices.map((one) => one.kind);

test("welcome is the whole picture", () => {
  const state = inside();
  assert.equal(state.phase, "joined");
  assert.deepEqual(state.participants.map((one) => one.id).sort(), ["alice", "bob"]);
  assert.deepEqual(state.can, { admit: true, moderate: true, chat: true });
});

test("a second welcome replaces everything but what was not sent yet", () => {
  const mine = { id: "pending-1", from: "alice", fromName: "alice", text: "hi", sentAt: "", clientId: "c1" };
  const before = addPending(play([{ type: "typing_changed", participantId: "bob", typing: true }], inside()), mine);
  const after = apply(before, welcome(alice, [person("carol")]), NOW);
  assert.deepEqual(after.typing, []);
  assert.ok(!after.participants.some((one) => one.id === "bob"));
  assert.equal(after.chat[0].pending, true);
});

const table = [
  ["joining is news", [{ type: "participant_joined", participant: person("carol") }], ["joined"]],
  ["leaving is news", [{ type: "participant_left", participantId: "bob", reason: "left" }], ["left"]],
  ["a reload is no news", [{ type: "participant_left", participantId: "bob", reason: "rejoined" }, { type: "participant_joined", participant: bob }], []],
  ["a hand is news", [{ type: "participant_updated", participant: { ...bob, handRaisedAt: "2026-01-01T10:01:00.000Z" } }], ["hand_raised"]],
  ["a new host is news", [{ type: "participant_updated", participant: { ...bob, role: "host" }, by: "alice" }], ["host_changed"]],
  ["a knock is news once", [waiting("dora"), waiting("dora", "erin")], ["knock", "knock"]],
  ["locking by another", [{ type: "room_updated", room: room({ locked: true }), by: "bob" }], ["locked"]],
  ["locking by oneself is none", [{ type: "room_updated", room: room({ locked: true }), by: "alice" }], []],
];
for (const [name, events, expected] of table) test(name, () => assert.deepEqual(kinds(play(events, inside())), expected));

function waiting(...names) {
  return { type: "waiting_updated", waiting: names.map((id) => ({ id, displayName: id, since: "", online: true, known: false, hasPreview: false })) };
}

test("a host's muting of us says who did it; our own says nothing", () => {
  const loud = { ...bob, muted: false };
  const state = play([welcome(loud, [alice])]);
  assert.deepEqual(kinds(play([{ type: "participant_updated", participant: { ...loud, muted: true }, by: "alice" }], state)), ["muted_by_host"]);
  assert.deepEqual(kinds(play([{ type: "participant_updated", participant: { ...loud, muted: true }, by: "bob" }], state)), []);
});

test("permissions follow role and room", () => {
  const state = play([{ type: "participant_updated", participant: { ...alice, role: "participant" }, by: "bob" }], inside());
  assert.deepEqual(state.can, { chat: true, react: true });
  const strict = apply(state, { type: "room_updated", room: room({ permissions: { participant: [] } }) }, NOW);
  assert.deepEqual(strict.can, {});
});

test("our message: pending, then the server's, in the server's order", () => {
  const mine = { id: "pending-c1", from: "alice", fromName: "alice", text: "hi", sentAt: "", clientId: "c1" };
  let state = addPending(inside(), mine);
  state = apply(state, { type: "chat_received", seq: 4, id: "m1", from: "bob", fromName: "bob", text: "yo", sentAt: "", clientId: "c1" }, NOW);
  state = apply(state, { type: "chat_received", seq: 5, ...mine, id: "m2" }, NOW);
  assert.deepEqual(state.chat.map((one) => [one.id, one.pending]), [["m1", undefined], ["m2", undefined]]);
  assert.equal(apply(state, { type: "chat_received", ...mine, id: "m2" }, NOW).chat.length, 2);
});

test("a message that failed can be sent again", () => {
  const mine = { id: "pending-c1", from: "alice", fromName: "alice", text: "hi", sentAt: "", clientId: "c1" };
  const failed = markSending(addPending(inside(), mine), "c1", { code: "timeout", message: "" });
  assert.deepEqual([failed.chat[0].pending, failed.chat[0].failed?.code], [undefined, "timeout"]);
  const again = markSending(failed, "c1", null);
  assert.deepEqual([again.chat[0].pending, again.chat[0].failed], [true, undefined]);
});

test("sent back to wait: nothing of the room is known any more", () => {
  const state = apply(inside(), { type: "waiting", participantId: "alice", position: 2, hostPresent: true, roomName: "Tea", resumeToken: "t", resumeGraceSeconds: 30 }, NOW);
  assert.equal(state.phase, "waiting");
  assert.deepEqual([state.participants, state.chat, state.room, state.you], [[], [], null, null]);
});

test("reactions and notices pass", () => {
  const state = play([{ type: "reaction_received", from: "bob", emoji: "👏" }, { type: "participant_joined", participant: person("carol") }], inside());
  assert.equal(nextExpiry(state), NOW + 5_000);
  const later = expire(state, NOW + 6_000);
  assert.deepEqual([later.reactions.length, later.notices.length], [0, 1]);
  assert.equal(expire(later, NOW + 6_000), later);
  assert.equal(nextExpiry(expire(later, NOW + 60_000)), null);
});

test("the first ending stays", () => {
  const state = play([{ type: "removed", ban: true }, { type: "session_ended", reason: "empty" }], inside());
  assert.deepEqual(state.ended, { reason: "removed", mayRejoin: false });
});

/** A model of a room: what a snapshot of it would say. Differences must lead to the same. */
function randomRun(seed) {
  let x = seed;
  const random = (n) => {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
  const names = ["bob", "carol", "dora", "erin", "finn"];
  const model = { people: new Map([["alice", alice]]), chat: [], room: room() };
  let state = play([welcome(alice)]);
  for (let step = 0; step < 120; step += 1) {
    const id = names[random(names.length)];
    const here = model.people.get(id);
    let event;
    if (!here) event = { type: "participant_joined", participant: person(id, { joinedAt: `2026-01-01T11:00:${String(step % 60).padStart(2, "0")}.000Z` }) };
    else if (random(4) === 0) event = { type: "participant_left", participantId: id, reason: ["left", "rejoined", "connection_lost"][random(3)] };
    else if (random(3) === 0) event = { type: "chat_received", id: `m${step}`, from: id, fromName: id, text: "x", sentAt: "", clientId: `c${step}` };
    else if (random(3) === 0) event = { type: "room_updated", room: room({ locked: random(2) === 0, name: `n${step}` }) };
    else event = { type: "participant_updated", participant: { ...here, muted: random(2) === 0, videoOn: random(2) === 0 }, by: id };
    if (event.participant) model.people.set(event.participant.id, event.participant);
    if (event.type === "participant_left") model.people.delete(id);
    if (event.type === "chat_received") model.chat.push(event.id);
    if (event.type === "room_updated") model.room = event.room;
    const frozen = JSON.stringify(state);
    const next = apply(state, event, NOW);
    assert.equal(JSON.stringify(state), frozen, "the old state is never touched");
    state = next;
  }
  return { state, model };
}

test("a snapshot and its differences are always the whole state", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { state, model } = randomRun(seed);
    const whole = play([welcome(alice, [...model.people.values()].filter((one) => one.id !== "alice"), { room: model.room })]);
    assert.deepEqual(state.participants, whole.participants, `seed ${seed}`);
    assert.deepEqual(state.room, whole.room);
    assert.deepEqual(state.chat.map((one) => one.id), model.chat);
    assert.deepEqual(state.can, whole.can);
  }
});
