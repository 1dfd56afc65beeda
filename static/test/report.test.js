import assert from "node:assert/strict";
import { test } from "node:test";
import { averageScore, brokenMoments, byParticipant, lengthOf, levelOf, participantsCsv, phaseOf, whoSounded } from "../js/app/report.js";

const minute = (n) => `2026-03-01T10:0${n}:00.000Z`;
const point = (participantId, n, score) => ({ participantId, at: minute(n), score });

test("a report finds the moments it broke, person by person", () => {
  const points = [point("a", 3, 2), point("a", 1, 4.2), point("a", 2, 1.5), point("a", 4, 4), point("b", 2, 3), point("a", 5, 2.1)];
  assert.deepEqual(brokenMoments(points), [
    { participantId: "a", from: minute(2), to: minute(3) },
    { participantId: "a", from: minute(5), to: minute(5) },
  ]);
  assert.equal(averageScore([]), null);
  assert.deepEqual([4.2, 3, 1].map(levelOf), ["good", "fair", "poor"]);
});

test("a session that everybody has left is over in a moment, and as long as they were there", () => {
  const now = Date.parse(minute(9));
  const visit = (id, leftAt) => ({ id, displayName: id, role: "host", joinedAt: minute(0), leftAt, seconds: 0 });
  const of = (endedAt, ...left) => ({ sessionId: "s", startedAt: minute(0), endedAt, participants: left.map((one, at) => visit(String(at), one)), chatCount: 0, chat: [], quality: [], peak: 1 });
  const told = (report) => [phaseOf(report), lengthOf(report, now)];
  assert.deepEqual(told(of(null, minute(2), null)), ["running", 540]);
  assert.deepEqual(told(of(null, minute(2), minute(3))), ["deserted", 180]);
  assert.deepEqual(told(of(minute(4), minute(2), minute(3))), ["ended", 240]);
  assert.deepEqual(told(of(null)), ["running", 540], "nobody was written down yet");
});

test("a name can neither break the table nor run in a spreadsheet", () => {
  const person = { id: "a", displayName: '=HYPERLINK("x"),y', role: "host", joinedAt: minute(0), leftAt: null, seconds: 61.6 };
  const report = { sessionId: "s", startedAt: minute(0), participants: [person], chatCount: 0, chat: [], quality: [point("a", 1, 4)], peak: 1 };
  assert.equal(participantsCsv(report).split("\r\n")[1], `"'=HYPERLINK(""x""),y",host,${minute(0)},,62,4.00`);
});

test("points stand in the order of time, by person", () => {
  const points = [point("b", 2, 4), point("a", 3, 4), point("a", 1, 4)];
  assert.deepEqual([...byParticipant(points)], [["a", [points[2], points[1]]], ["b", [points[0]]]]);
});

test("a voice from another server has its own name, and is said to be from there", () => {
  const ada = { id: "a", displayName: "Ada", role: "host", joinedAt: minute(0), leftAt: null, seconds: 60 };
  const sounded = { participantId: "a", at: minute(0), arousal: 0.5 };
  assert.deepEqual(whoSounded(sounded, [ada]), { name: "Ada", outside: false });
  assert.deepEqual(whoSounded({ ...sounded, participantId: "x" }, [ada]), { name: "–", outside: false });
  assert.deepEqual(whoSounded({ ...sounded, participantId: "x", speaker: "Interpreter" }, [ada]), { name: "Interpreter", outside: true });
});
