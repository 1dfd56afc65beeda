//! Recordings from their end to their removal, on a real disk, with a real ffmpeg where there is one, and a store that goes away.

use super::*;
use crate::{
    recording::{
        backup::{self, About, Backup, Mime},
        composite::COMPOSITE,
        manifest::{RecordedPerson, RecordedTrack, Segment, SegmentEnd, SpokeFrom, Stretch, TrackBackup},
        storage::tests::object_server::{KEY, ObjectServer, SECRET},
    },
    store::{models::RoomRow, testing},
};
use actors::{
    ids::ParticipantId,
    protocol::Source,
    recording::ledger::{Gap, GapReason, TrackLedger},
};
use std::{fs, process::Command, time::Duration};

struct Place {
    dir: tempfile::TempDir,
    store: Store,
    room: RoomRow,
}

const ALICE: ParticipantId = ParticipantId(Uuid::from_u128(1));
const VOICE: &str = "00000000-0000-0000-0000-000000000001-microphone-0001.webm";

async fn place() -> Place {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("opens");
    let room = testing::room("ROOM", "user:alice", 1_000);
    store.create_room(room.clone()).await.expect("kept");
    Place { dir, store, room }
}

/// Waits for it, with an end.
async fn until<F: Future<Output = bool>>(what: &str, happens: impl Fn() -> F) {
    let waiting = async {
        while !happens().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(240), waiting).await.unwrap_or_else(|_| panic!("{what}"));
}

impl Place {
    fn config(&self) -> Config {
        Config { data_dir: self.dir.path().to_owned(), ..Config::default() }
    }

    fn library(&self, config: &Config) -> Library {
        Library::new(self.store.clone(), Clock::starting_at(Timestamp(1_000_000)), config).expect("a library")
    }

    async fn begin(&self, library: &Library) -> RecordingId {
        let recording_id = RecordingId(Uuid::now_v7());
        let begun = Begun {
            recording_id,
            tenant_id: TenantId(self.room.tenant_id.0),
            room_id: RoomId(self.room.id.0),
            session_id: SessionId(Uuid::nil()),
            started_at: Timestamp(1_000_000),
            started_by: None,
        };
        library.began(begun).await.expect("begun");
        recording_id
    }

    /// Two seconds of a red Alice who hums, as the pipelines leave them.
    fn record(&self, library: &Library, id: RecordingId) {
        let folder = library.folder(id);
        fs::create_dir_all(&folder).expect("made");
        let inputs = [
            (Source::Camera, "color=c=red:s=320x180:r=15", ["-c:v", "libvpx"]),
            (Source::Microphone, "sine=f=440:r=48000", ["-c:a", "libopus"]),
        ];
        let mut tracks = Vec::new();
        for (source, input, codec) in inputs {
            let name = format!("{ALICE}-{}-0001.webm", source.name());
            let made = Command::new("ffmpeg")
                .args(["-v", "error", "-f", "lavfi", "-t", "2", "-i", input])
                .args(codec)
                .arg(folder.join(&name))
                .status();
            assert!(made.expect("ffmpeg is here").success());
            tracks.push(self.track(source, &name));
        }
        self.manifest(id, tracks).write(&folder).expect("written");
        fs::write(folder.join("report.json"), "{}").expect("written");
    }

    /// The server missed half a second of Alice's voice, and her browser has begun to send its copy.
    fn record_with_a_gap(&self, library: &Library, id: RecordingId) -> Backup {
        self.record(library, id);
        let folder = library.folder(id);
        let mut manifest = Manifest::read(&folder).expect("read");
        let gaps = vec![Gap { from_ms: 500, to_ms: 1_000, reason: GapReason::Lost }];
        let voice = manifest.tracks.iter_mut().find(|track| track.source == Source::Microphone).expect("there");
        voice.ledgers.push(TrackLedger { gaps, ..TrackLedger::default() });
        manifest.write(&folder).expect("written");
        let about = About {
            id: Uuid::now_v7(),
            participant: ALICE,
            identity: "user:alice".to_owned(),
            source: Source::Microphone,
            mime: Mime::Webm,
            chunk_bytes: 1 << 20,
            started_at_ms: 0,
            began: Timestamp(1_000_000),
            complete: None,
        };
        Backup::begin(&folder, about).expect("begun")
    }

    fn track(&self, source: Source, name: &str) -> RecordedTrack {
        let done = SegmentEnd { bytes: 1, duration_ms: 2_000, frames: 1, sha256: "ab".to_owned(), mended: false };
        let segments = vec![Segment { name: name.to_owned(), number: 1, at_ms: 0, done: Some(done) }];
        RecordedTrack { participant: ALICE, source, segments, ledgers: Vec::new(), fault: None, restarts: 0, backups: Vec::new() }
    }

    fn manifest(&self, id: RecordingId, tracks: Vec<RecordedTrack>) -> Manifest {
        Manifest {
            recording_id: id,
            tenant_id: TenantId(self.room.tenant_id.0),
            room_id: RoomId(self.room.id.0),
            room_code: "ROOM".to_owned(),
            room_name: "Planning".to_owned(),
            session_id: SessionId(Uuid::nil()),
            started_at: Timestamp(1_000_000),
            ended_at: Some(Timestamp(1_002_000)),
            written_at: Timestamp(1_002_000),
            away: Vec::new(),
            people: vec![RecordedPerson { id: ALICE, display_name: "Alice".to_owned(), consents: Vec::new() }],
            tracks,
            speakers: vec![SpokeFrom { at_ms: 500, participant: Some(ALICE) }],
        }
    }

    async fn row(&self, id: RecordingId) -> RecordingRow {
        self.store.recording_by_id(id.0).await.expect("there")
    }

    /// Its fingerprint.
    async fn film(&self, id: RecordingId) -> Option<String> {
        let files = self.store.files_of_recording(id.0).await.expect("listed");
        files.into_iter().find(|file| file.kind == "composite").and_then(|file| file.sha256)
    }

    async fn kinds(&self, id: RecordingId) -> Vec<String> {
        self.store.files_of_recording(id.0).await.expect("listed").into_iter().map(|file| file.kind).collect()
    }

    async fn becomes(&self, id: RecordingId, what: &str, right: impl Fn(&RecordingRow) -> bool) {
        until(what, async || right(&self.row(id).await)).await;
    }
}

/// Works until it is dropped.
struct Working(tokio::task::JoinHandle<()>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn at_work(library: &Library) -> Working {
    Working(tokio::spawn(library.clone().work()))
}

#[tokio::test]
async fn a_recording_that_ended_becomes_a_film_with_all_that_belongs_to_it() {
    let place = place().await;
    let library = place.library(&place.config());
    let id = place.begin(&library).await;
    assert_eq!(library.unfinished().await.expect("listed").len(), 1);
    place.record(&library, id);
    library.ended(id, false).await.expect("ended");
    assert_eq!(place.row(id).await.state, "processing");
    assert_eq!(place.kinds(id).await, ["report", "track", "track"]);
    assert!(library.unfinished().await.expect("listed").is_empty());
    let _working = at_work(&library);
    place.becomes(id, "it gets ready", |row| row.state == "ready").await;
    let row = place.row(id).await;
    assert_eq!((row.problem, row.duration_ms, row.step), (None, 2_000, None));
    assert_eq!(place.kinds(id).await, ["composite", "report", "thumbnail", "thumbnail", "thumbnail", "track", "track"]);
    let files = place.store.files_of_recording(id.0).await.expect("listed");
    assert_eq!(row.bytes, files.iter().map(|file| file.bytes).sum::<i64>());
    assert_eq!(files[0].sha256.as_ref().map(String::len), Some(64));
    let voice = files.iter().find(|file| file.source.as_deref() == Some("microphone")).expect("there");
    assert_eq!((voice.mime.as_str(), voice.display_name.as_deref()), ("audio/webm", Some("Alice")));
    let details = library.details(id).await;
    assert_eq!((details.people.len(), details.speakers[0].at_ms, details.chapters.len()), (1, 500, 1));
    // Ended again, nothing happens.
    library.ended(id, true).await.expect("no fault");
    assert!(place.row(id).await.problem.is_none());
}

#[tokio::test]
async fn a_film_is_made_again_with_a_copy_that_fills_its_gaps() {
    let place = place().await;
    let library = place.library(&place.config());
    let id = place.begin(&library).await;
    place.record(&library, id);
    library.ended(id, false).await.expect("ended");
    let _working = at_work(&library);
    place.becomes(id, "it gets ready", |row| row.state == "ready").await;
    let first = place.film(id).await;
    let (folder, file) = (library.folder(id), "backup/copy.webm".to_owned());
    fs::create_dir_all(folder.join("backup")).expect("made");
    fs::copy(folder.join(format!("{ALICE}-microphone-0001.webm")), folder.join(&file)).expect("copied");
    let mut manifest = library.manifest(id).await.expect("read");
    let covers = vec![Stretch { from_ms: 0, to_ms: 1_000 }];
    let voice = manifest.tracks.iter_mut().find(|track| track.source == Source::Microphone).expect("there");
    voice.backups.push(TrackBackup { file, at_ms: 0, covers_ms: 1_000, covers });
    manifest.write(&folder).expect("written");
    library.gaps_filled(id).await.expect("told");
    until("another film", async || place.film(id).await.is_some_and(|now| Some(now) != first)).await;
    place.becomes(id, "it is ready again", |row| row.state == "ready").await;
    assert!(place.kinds(id).await.contains(&"backup".to_owned()));
}

#[tokio::test]
async fn a_recording_goes_to_the_store_when_the_copies_are_there_that_browsers_still_send() {
    let place = place().await;
    let store = place.dir.path().join("store");
    let config = Config { recording_store_url: Some(store.display().to_string()), ..place.config() };
    let library = place.library(&config);
    let (id, whole) = (place.begin(&library).await, place.begin(&library).await);
    let folder = library.folder(id);
    let mut copy = place.record_with_a_gap(&library, id);
    place.record(&library, whole);
    for id in [id, whole] {
        library.ended(id, false).await.expect("ended");
    }
    let _working = at_work(&library);
    place.becomes(whole, "one without gaps does not wait", |row| row.tier == "store").await;
    place.becomes(id, "the other can be seen", |row| row.state == "ready").await;
    let first = place.film(id).await;
    assert!(folder.join(COMPOSITE).exists(), "it lies here still");

    copy.put(0, &fs::read(folder.join(VOICE)).expect("read"), 0, 2_000, 1 << 20).expect("kept");
    copy.complete(None, Timestamp(1_003_000)).expect("whole");
    let mut manifest = library.manifest(id).await.expect("read");
    backup::attach(&folder, &mut manifest).expect("attached");
    manifest.write(&folder).expect("written");
    library.gaps_filled(id).await.expect("told");
    place.becomes(id, "it is in the store", |row| row.tier == "store").await;
    assert!(first.is_some() && place.film(id).await != first, "with what the copy knew");
    assert!(place.kinds(id).await.contains(&"backup".to_owned()));

    // Once there, it stays as it is.
    library.gaps_filled(id).await.expect("told");
    assert_eq!((place.row(id).await.state, place.row(id).await.tier), ("ready".to_owned(), "store".to_owned()));
}

#[tokio::test]
async fn a_copy_that_never_gets_whole_keeps_nothing_from_the_store() {
    let place = place().await;
    let store = place.dir.path().join("store");
    let store = Some(store.display().to_string());
    let config = Config { recording_composite: false, recording_store_url: store, ..place.config() };
    let id = place.begin(&place.library(&config)).await;
    let quarter_of_an_hour = Clock::starting_at(Timestamp(1_002_000 + 15 * 60_000));
    let library = Library::new(place.store.clone(), quarter_of_an_hour, &config).expect("a library");
    place.record_with_a_gap(&library, id);
    library.ended(id, false).await.expect("ended");
    let _working = at_work(&library);
    place.becomes(id, "it is in the store", |row| row.tier == "store").await;
}

#[tokio::test]
async fn without_ffmpeg_there_are_tracks_and_it_is_said() {
    let place = place().await;
    let library = place.library(&Config { recording_ffmpeg: "/nowhere/ffmpeg".into(), ..place.config() });
    let id = place.begin(&library).await;
    place.record(&library, id);
    library.ended(id, false).await.expect("ended");
    let _working = at_work(&library);
    place.becomes(id, "it gets ready", |row| row.state == "ready").await;
    assert_eq!(place.row(id).await.problem.as_deref(), Some("no_ffmpeg"));
    assert_eq!(place.kinds(id).await, ["report", "track", "track"]);
    assert!(!library.folder(id).join(COMPOSITE).exists());
}

#[tokio::test]
async fn what_holds_nothing_or_can_not_be_read_has_failed_and_holds_up_nobody() {
    let place = place().await;
    let library = place.library(&place.config());
    let (empty, lost, good) = (place.begin(&library).await, place.begin(&library).await, place.begin(&library).await);
    fs::create_dir_all(library.folder(empty)).expect("made");
    place.manifest(empty, Vec::new()).write(&library.folder(empty)).expect("written");
    place.record(&library, good);
    for id in [empty, lost, good] {
        library.ended(id, false).await.expect("ended");
    }
    let _working = at_work(&library);
    place.becomes(good, "the good one gets ready", |row| row.state == "ready").await;
    let told = |row: RecordingRow| (row.state, row.problem.unwrap_or_default());
    assert_eq!(told(place.row(empty).await), ("failed".to_owned(), "empty".to_owned()));
    assert_eq!(told(place.row(lost).await), ("failed".to_owned(), "no_manifest".to_owned()));
}

#[tokio::test]
async fn r2_a_store_that_is_away_gets_everything_when_it_is_back_and_loses_nothing() {
    let place = place().await;
    let server = ObjectServer::start().await;
    let config = Config {
        recording_composite: false,
        recording_store_url: Some("s3://bucket/meetings".to_owned()),
        recording_store_endpoint: Some(server.endpoint()),
        recording_store_key: KEY.parse().ok(),
        recording_store_secret: SECRET.parse().ok(),
        ..place.config()
    };
    let library = place.library(&config);
    let id = place.begin(&library).await;
    place.record(&library, id);
    // Large enough for parts.
    let large = library.folder(id).join(format!("{ALICE}-camera-0001.webm"));
    let mut bytes = fs::read(&large).expect("read");
    bytes.resize(20 * 1024 * 1024, 7);
    fs::write(&large, &bytes).expect("written");
    server.set_away(true);
    library.ended(id, false).await.expect("ended");
    let working = at_work(&library);
    until("the store is asked", async || server.refused.load(std::sync::atomic::Ordering::SeqCst) > 0).await;
    place.becomes(id, "it is ready all the same", |row| row.state == "ready").await;
    assert_eq!(place.row(id).await.tier, "local");
    // Back for one part only, and with a server that is killed meanwhile.
    server.leave_after_parts(1);
    server.set_away(false);
    // The next part is sent when the one before is noted: whoever is killed earlier sends that one again.
    until("the part behind it is refused", async || server.is_away()).await;
    assert_eq!(server.parts_taken.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert!(large.exists());
    drop(working);
    server.come_back();
    let library = place.library(&config);
    let _working = at_work(&library);
    place.becomes(id, "everything is in the store", |row| row.tier == "store").await;
    assert_eq!(server.parts_taken.load(std::sync::atomic::Ordering::SeqCst), 3, "no part was sent twice");
    let stored = format!("bucket/meetings/{id}/{ALICE}-camera-0001.webm");
    assert!(server.object(&stored) == Some(bytes));
    assert!(!large.exists(), "what is in the store is no longer here");
    assert_eq!(library.details(id).await.people.len(), 1, "what the player shows stays");

    // Removed while the store is away: gone for everybody at once, and from the store when it is back.
    server.set_away(true);
    library.remove(id.0).await.expect("removed");
    assert!(place.store.recording(place.room.id.0, id.0).await.is_err());
    assert!(library.remove_all_of(place.room.id.0).await.is_err(), "the room's rows must wait");
    server.set_away(false);
    until("it is gone", async || place.store.recording_by_id(id.0).await.is_err()).await;
    assert!(server.names().is_empty() && !library.folder(id).exists(), "{:?}", server.names());
}

#[tokio::test]
async fn old_recordings_go_to_the_archive_and_then_away() {
    let place = place().await;
    let (store, archive) = (place.dir.path().join("store"), place.dir.path().join("archive"));
    let url = |folder: &PathBuf| Some(folder.display().to_string());
    let config = Config {
        recording_composite: false,
        recording_store_url: url(&store),
        recording_archive_url: url(&archive),
        recording_move_after_days: 10,
        recording_retention_days: 60,
        ..place.config()
    };
    let library = place.library(&config);
    let id = place.begin(&library).await;
    place.record(&library, id);
    library.ended(id, false).await.expect("ended");
    let working = at_work(&library);
    place.becomes(id, "it is in the store", |row| row.tier == "store").await;
    assert_eq!(fs::read_dir(store.join(id.to_string())).expect("there").count(), 3);
    drop(working);
    let day = 24 * 3600 * 1000;
    let later = Clock::starting_at(Timestamp(1_002_000 + 11 * day));
    let library = Library::new(place.store.clone(), later, &config).expect("a library");
    let _working = at_work(&library);
    place.becomes(id, "it is in the archive", |row| row.tier == "archive").await;
    assert_eq!(fs::read_dir(archive.join(id.to_string())).expect("there").count(), 3);
    assert_eq!(library.remove_overdue(1_002_000 + 29 * day as i64).await.expect("looked"), 0);
    // The room keeps things for shorter than the server does.
    assert_eq!(library.remove_overdue(1_002_001 + 30 * day as i64).await.expect("looked"), 1);
    until("it is gone", async || place.store.recording_by_id(id.0).await.is_err()).await;
    assert!(!archive.join(id.to_string()).join("report.json").exists() && !library.folder(id).exists());
}

/// `cargo test --workspace --lib twenty_films -- --ignored --nocapture`: what `docs/performance.md` says of films.
#[tokio::test]
#[ignore = "takes minutes; it measures"]
async fn twenty_films_of_four_people_are_all_made() {
    let place = place().await;
    let library = place.library(&place.config());
    let source = place.dir.path().join("source");
    fs::create_dir_all(&source).expect("made");
    let mut tracks = Vec::new();
    for n in 1..=4_u128 {
        let participant = ParticipantId(Uuid::from_u128(n));
        let picture = format!("testsrc2=s=640x360:r=25:d=60,hue=h={}", n * 80);
        let tone = format!("sine=f={}:r=48000:d=60", n * 200);
        let inputs = [
            (
                Source::Camera,
                picture,
                vec!["-c:v", "libvpx", "-b:v", "600k", "-deadline", "realtime", "-cpu-used", "8", "-g", "9999"],
            ),
            (Source::Microphone, tone, vec!["-c:a", "libopus", "-b:a", "32k"]),
        ];
        for (kind, input, codec) in inputs {
            let name = format!("{participant}-{}-0001.webm", kind.name());
            let mut ffmpeg = Command::new("ffmpeg");
            ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", &input]).args(codec).arg(source.join(&name));
            assert!(ffmpeg.status().expect("ffmpeg is here").success());
            let mut track = place.track(kind, &name);
            track.participant = participant;
            track.segments[0].done.as_mut().expect("done").duration_ms = 60_000;
            tracks.push(track);
        }
    }
    let mut all = Vec::new();
    for _ in 0..20 {
        let id = place.begin(&library).await;
        let folder = library.folder(id);
        fs::create_dir_all(&folder).expect("made");
        for track in &tracks {
            let name = &track.segments[0].name;
            fs::hard_link(source.join(name), folder.join(name)).expect("linked");
        }
        let manifest = Manifest { ended_at: Some(Timestamp(1_060_000)), ..place.manifest(id, tracks.clone()) };
        manifest.write(&folder).expect("written");
        library.ended(id, false).await.expect("ended");
        all.push(id);
    }
    let (before, began) = (children_seconds(), std::time::Instant::now());
    let _working = at_work(&library);
    for id in &all {
        let ready = async || place.row(*id).await.state == "ready";
        while !ready().await {
            assert!(began.elapsed() < Duration::from_secs(3_600), "all are made within an hour");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(place.row(*id).await.problem, None);
    }
    let (cpu, wall) = (children_seconds() - before, began.elapsed().as_secs_f64());
    println!("20 films of a minute: {:.1} CPU seconds and {:.1} seconds each", cpu / 20.0, wall / 20.0);
}

/// User and system time of the processes that ended.
fn children_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // cutime and cstime, in hundredths.
    fields[13..15].iter().map(|ticks| ticks.parse::<f64>().unwrap_or(0.0)).sum::<f64>() / 100.0
}
