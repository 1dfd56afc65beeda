import assert from "node:assert/strict";
import { test } from "node:test";
import { chapterAt, filesBySort, lanesOf, lengthOf, newsOf, nextTurn, playable, readIntegrity, turnAt } from "../js/app/recordings.js";

const spoke = (atMs, participantId) => ({ atMs, participantId, displayName: participantId });
const recording = (more = {}) => ({ recordingId: "r", roomId: "o", sessionId: "s", startedAt: "2026-03-01T10:00:00.000Z", durationMs: 60_000, bytes: 1, state: "ready", people: [{ id: "a", displayName: "Ana" }], ...more });

test("each speaker has a lane, and a turn ends where the next one's begins or the recording does", () => {
  const lanes = lanesOf(recording({ speakers: [spoke(40_000, "b"), spoke(0, "a"), spoke(10_000, null), spoke(20_000, "b"), spoke(30_000, "a")] }));
  assert.deepEqual(lanes.map(({ name, ms }) => [name, ms]), [["b", 30_000], ["Ana", 20_000]]);
  assert.deepEqual(lanes[1].turns, [{ fromMs: 0, toMs: 10_000 }, { fromMs: 30_000, toMs: 40_000 }]);
  assert.deepEqual(lanes[0].turns.at(-1), { fromMs: 40_000, toMs: 60_000 });
});

test("the same speaker twice in a row is one turn, and nothing reaches behind the end", () => {
  const [lane] = lanesOf(recording({ speakers: [spoke(1_000, "a"), spoke(2_000, "a"), spoke(70_000, "b")] }));
  assert.deepEqual(lane.turns, [{ fromMs: 1_000, toMs: 60_000 }]);
  const [short] = lanesOf(recording({ speakers: [{ ...spoke(1_000, "a"), toMs: 1_500 }, spoke(2_000, "b")] })).filter(({ id }) => id === "a");
  assert.deepEqual(short.turns, [{ fromMs: 1_000, toMs: 1_500 }]);
  assert.deepEqual(lanesOf(recording({ speakers: [] })), []);
  assert.deepEqual(lanesOf(recording()), []);
});

test("the next words of somebody are behind the place, and begin from the front after the last", () => {
  const [lane] = lanesOf(recording({ speakers: [spoke(5_000, "a"), spoke(6_000, null), spoke(50_000, "a")] }));
  assert.deepEqual([0, 5_000, 5_200, 49_600, 55_000].map((ms) => nextTurn(lane, ms)), [5_000, 50_000, 50_000, 5_000, 5_000]);
  assert.equal(turnAt(lane, 5_500)?.fromMs, 5_000);
  assert.equal(turnAt(lane, 6_000), null);
});

test("a chapter lasts until the next one", () => {
  const chapters = [{ atMs: 1_000, title: "a" }, { atMs: 9_000, title: "b" }];
  assert.deepEqual([0, 1_000, 8_999, 90_000].map((ms) => chapterAt(chapters, ms)), [-1, 0, 0, 1]);
});

test("the whole meeting is played first, and pictures of the player are no files", () => {
  const file = (id, kind, mime) => ({ id, kind, mime, name: id, bytes: 1, url: "#" });
  const one = recording({ files: [file("t", "track", "audio/webm"), file("p", "thumbnail", "image/jpeg"), file("r", "report", "application/json"), file("c", "composite", "video/mp4"), file("b", "backup", "audio/webm")] });
  assert.deepEqual(playable(one).map(({ id }) => id), ["c", "t"]);
  const { whole, tracks, papers } = filesBySort(one);
  assert.deepEqual([whole, tracks, papers].map((list) => list.map(({ id }) => id)), [["c"], ["t", "b"], ["r"]]);
});

test("one that runs is as long as it runs", () => {
  const now = Date.parse("2026-03-01T10:00:30.000Z");
  assert.equal(lengthOf(recording({ state: "recording", durationMs: 0 }), now), 30_000);
  assert.equal(lengthOf(recording(), now), 60_000);
  assert.equal(lengthOf(recording({ state: "failed", durationMs: 0, endedAt: "2026-03-01T10:00:05.000Z" }), now), 5_000);
});

test("an integrity report is read as far as it is one, and what somebody switched off is no lack", () => {
  const gaps = [{ reason: "off", fromMs: 0, toMs: 9 }, { reason: "lost", fromMs: 11, toMs: 12 }];
  const track = { source: "camera", wantedMs: 10, keptMs: 9, missing: { off: 9, lost: 1, broken: 0 }, gaps, gapsUnlisted: 0, restarts: 1 };
  const report = { complete: true, problems: ["x"], people: [{ id: "a", displayName: "Ana", tracks: [track] }] };
  assert.deepEqual(readIntegrity(report), {
    complete: true,
    problems: ["x"],
    tracks: [{ name: "Ana", source: "camera", wantedMs: 10, keptMs: 9, missing: [{ reason: "lost", ms: 1 }], gaps: [gaps[1]], unlisted: 0, restarts: 1 }],
  });
  for (const wrong of [null, "x", {}, { complete: true }, []]) assert.equal(readIntegrity(wrong), null);
});

test("of a session's recordings it is told what still changes, then what can be watched", () => {
  const [runs, made, moved, ready, failed] = [{ state: "recording" }, { state: "processing", progress: 0.416 }, { state: "ready", step: "upload" }, { state: "ready" }, { state: "failed" }].map((more, at) => recording({ ...more, recordingId: String(at) }));
  assert.deepEqual(newsOf([ready, runs], "s"), { what: "running", recordingId: "0", percent: 0 });
  assert.deepEqual(newsOf([failed, made], "s"), { what: "made", recordingId: "1", percent: 42 });
  assert.equal(newsOf([moved], "s")?.what, "ready", "it can be watched wherever it lies");
  assert.deepEqual(newsOf([failed, ready], "s"), { what: "ready", recordingId: "3", percent: 0 });
  assert.equal(newsOf([failed], "s")?.what, "failed");
  assert.equal(newsOf([ready], "another"), null);
});
