//! Every metric of this server in one table: described to Prometheus from here, and written up in `docs/metrics.md`.

use metrics::{Label, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};

#[derive(Clone, Copy)]
pub enum Kind {
    Counter,
    Gauge,
    /// With the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: Unit,
    /// The label and the values that it may have, as far as they are known beforehand.
    pub label: Option<(&'static str, &'static [&'static str])>,
    pub about: &'static str,
}

/// Seconds: from 100 microseconds, which a relay takes, to what a person calls broken.
const LATENCY: &[f64] = &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds that a person waits for a person.
const PATIENCE: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0];
const DEPTH: &[f64] = &[0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];
const GROUP: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
const SCORE: &[f64] = &[1.0, 1.5, 2.0, 2.5, 3.0, 3.4, 3.8, 4.0, 4.2, 4.4, 5.0];

const SECONDS: Unit = Unit::Seconds;
const COUNT: Unit = Unit::Count;

macro_rules! catalogue {
    ($($kind:ident $(($buckets:expr))? $name:literal $unit:ident $([$label:literal: $($value:literal),*])? $about:literal;)+) => {
        &[$(Metric {
            name: $name,
            kind: Kind::$kind $(($buckets))?,
            unit: $unit,
            label: catalogue!(@label $($label: $($value),*)?),
            about: $about,
        }),+]
    };
    (@label) => { None };
    (@label $label:literal: $($value:literal),*) => { Some(($label, &[$($value),*])) };
}

const BYTES: Unit = Unit::Bytes;

pub const METRICS: &[Metric] = catalogue! {
    Gauge "greenroom_rooms" COUNT "Rooms with a running session";
    Gauge "greenroom_participants" COUNT "People in rooms";
    Gauge "greenroom_waiting" COUNT "People in waiting rooms";
    Gauge "greenroom_connections" COUNT "Open signalling sockets";
    Gauge "greenroom_ready" COUNT "1 while this server takes new work, 0 while it drains";

    Counter "greenroom_connects_total" COUNT ["outcome": "opened", "refused"] "Signalling sockets asked for";
    Counter "greenroom_joins_total" COUNT ["outcome": "joined", "waiting"] "Hellos: let in, put into the waiting room, or refused, by the error's code";
    Histogram(LATENCY) "greenroom_join_seconds" SECONDS "From an open socket to being in the room or in its waiting room";
    Histogram(PATIENCE) "greenroom_waiting_seconds" SECONDS "From a knock to coming in, of those who were admitted";
    Counter "greenroom_resumes_total" COUNT ["outcome": "replayed", "snapshot", "refused"] "Resumes: with what was missed, with a new snapshot, or refused";
    Counter "greenroom_sockets_lost_total" COUNT "Sockets given up because nothing was heard of them";
    Counter "greenroom_socket_closes_total" COUNT ["code":] "Sockets that the server closed, by close code";
    Counter "greenroom_slow_consumers_total" COUNT "Sockets closed because their client made no progress";

    Counter "greenroom_commands_total" COUNT ["type":] "Commands that arrived";
    Histogram(LATENCY) "greenroom_command_seconds" SECONDS ["type":] "From a command's arrival to its reply: kept in the journal where it changes anything";
    Counter "greenroom_bad_frames_total" COUNT "Frames that could not be read";

    Histogram(DEPTH) "greenroom_queue_depth" COUNT ["queue": "outbox", "journal", "opening"] "What waits: events for one person (sent and unacknowledged, or held back), outcomes of one room for its journal, rooms being read from the store";
    Counter "greenroom_queue_drops_total" COUNT ["queue": "manager", "room", "participant", "socket", "store", "media", "media_events", "media_commands", "emotion_readings", "audio"] "Messages that a full queue refused; whoever sent them was told so, or gets a snapshot";
    Histogram(LATENCY) "greenroom_mailbox_wait_seconds" SECONDS ["actor": "participant", "room"] "How long a command waited for its actor";
    Counter "greenroom_actor_restarts_total" COUNT ["actor": "meeting_manager", "room", "participant", "media_worker"] "Actors and media workers that ended by a fault and were made again";

    Counter "greenroom_store_writes_total" COUNT "Writes that were queued";
    Histogram(GROUP) "greenroom_store_group_size" COUNT "Writes that shared a commit";
    Histogram(LATENCY) "greenroom_store_commit_seconds" SECONDS "Time to run and commit one group of writes";
    Histogram(LATENCY) "greenroom_store_write_seconds" SECONDS "From queueing a write to its answer";
    Counter "greenroom_store_retries_total" COUNT "Times that a journal could not be kept and was tried again";
    Counter "greenroom_store_failures_total" COUNT ["what": "snapshot", "room", "admitted", "audit", "quality"] "What could not be kept and is not tried again";

    Gauge "greenroom_media_rooms" COUNT "Rooms whose media goes through this server";
    Gauge "greenroom_media_connections" COUNT ["leg": "publish", "receive", "tap"] "Media connections, also those that are not up yet";
    Counter "greenroom_media_connected_total" COUNT ["transport": "udp", "tcp"] "Media connections that came up, by how";
    Counter "greenroom_media_srtp_total" COUNT ["profile": "aead_aes_128_gcm", "aead_aes_256_gcm", "aes_128_cm_sha1_80"] "Media connections that came up, by the SRTP profile they chose";
    Histogram(LATENCY) "greenroom_media_connect_seconds" SECONDS ["leg": "publish", "receive", "tap"] "From making a media connection to its being up";
    Counter "greenroom_media_ended_total" COUNT ["reason": "closed", "silent", "failed", "panicked"] "Media connections that ended by themselves or went silent";
    Counter "greenroom_media_received_datagrams_total" COUNT "Datagrams that arrived, also strangers'";
    Counter "greenroom_media_received_bytes_total" BYTES "Bytes of these";
    Counter "greenroom_media_forwarded_total" COUNT ["kind": "audio", "video"] "Packets forwarded, one a receiver";
    Counter "greenroom_media_dropped_total" COUNT ["reason": "stun", "stranger", "unreadable", "not_media", "not_published", "no_connection", "no_slot", "kernel_busy", "slow_reader", "stream_gone"] "What went no further: STUN and datagrams for nobody, unreadable ones, RTP that is no new media, of no published track, for a receiver without connection or slot, and what a busy kernel or a slow TCP reader did not take";
    Counter "greenroom_media_sent_datagrams_total" COUNT "Datagrams sent";
    Counter "greenroom_media_sent_bytes_total" BYTES "Bytes of these";
    Counter "greenroom_media_send_calls_total" COUNT "System calls for these: fewer, where several left in one";
    Counter "greenroom_media_send_errors_total" COUNT "Datagrams that the system refused";
    Counter "greenroom_media_nacks_total" COUNT "Packets that receivers asked for again";
    Counter "greenroom_media_keyframe_requests_total" COUNT ["direction": "received", "sent"] "Keyframes that receivers asked for, and that publishers were asked for";
    Counter "greenroom_media_layer_switches_total" COUNT "Times that a receiver's picture went to another layer";
    Counter "greenroom_taps_failed_total" COUNT "Times that an extra copy of a mesh did not come, for which its room went over to the server";
    Counter "greenroom_tap_offers_total" COUNT "Offers for an extra copy of a mesh";
    Gauge "greenroom_media_needs" COUNT ["purpose": "recording", "transcription", "emotion", "assistant"] "What runs on the server and needs media of a room";
    Gauge "greenroom_media_sinks" COUNT "Tracks that are heard on the server by consent, also while they are off";
    Gauge "greenroom_media_sinks_attached" COUNT "These, as the media workers have them";
    Counter "greenroom_media_sink_packets_total" COUNT "Packets given to what listens on the server, one a listener";
    Counter "greenroom_media_sink_drops_total" COUNT "Packets that a slow listener lost";
    Counter "greenroom_media_sink_gaps_total" COUNT "Gaps of lost packets, each marked where it is";

    Gauge "greenroom_audio_tracks" COUNT "Tracks whose sound goes into files and to what listens on the server";
    Counter "greenroom_audio_groups_total" COUNT ["source": "track", "egress"] "Groups of their samples that were written";
    Counter "greenroom_audio_handed_on_total" COUNT ["outcome": "taken", "refused"] "These, handed on to a listener: refused where it had no room";
    Counter "greenroom_egress_total" COUNT ["outcome": "opened", "refused"] "Streams of other servers that were asked for";
    Gauge "greenroom_egress_streams" COUNT "Streams of other servers that are open";
    Counter "greenroom_egress_bytes_total" BYTES "Bytes of media that came on them";
    Counter "greenroom_livekit_events_total" COUNT ["outcome": "taken", "told_before", "refused"] "Events of a LiveKit server's webhook";
    Counter "greenroom_backup_chunks_total" COUNT ["outcome": "kept", "kept_before", "refused"] "Chunks of browsers' own recordings";

    Counter "greenroom_topology_switches_total" COUNT ["reason":] "Switches between mesh and server that ended, by where to, outcome (committed, rolled_back) and why";
    Histogram(LATENCY) "greenroom_topology_switch_seconds" SECONDS ["outcome":] "From opening a switch to its commit or its end without one, by where to and outcome";
    Counter "greenroom_media_failures_total" COUNT "Times that a room's media on the server was gone and began anew";

    Histogram(SCORE) "greenroom_quality_score" COUNT "Quality of a call as a participant measured it, 1 to 5 (MOS), every 10 s";

    Counter "greenroom_http_requests_total" COUNT ["route":] "Requests, by method, route and status";
    Histogram(LATENCY) "greenroom_http_seconds" SECONDS ["route":] "Time to answer a request";
    Counter "greenroom_rate_limited_total" COUNT ["limit":] "Requests that a rate limit refused";

    Counter "greenroom_recordings_total" COUNT "Recordings that began, or went on after a restart";
    Gauge "greenroom_recordings_running" COUNT "Recordings that run";
    Counter "greenroom_recording_problems_total" COUNT "Times that a recording kept nothing: a disk that was full, read-only or broken";
    Gauge "greenroom_recording_queue" COUNT "Finished recordings whose film is waited for or being made";
    Gauge "greenroom_recording_job_progress" COUNT "How much of the film that is being made is done, 0 to 1";
    Counter "greenroom_recording_composites_total" COUNT ["outcome": "made", "partial", "failed", "none"] "Films of recordings: whole, lacking something, failed, or none because ffmpeg or anything to show was missing";
    Histogram(PATIENCE) "greenroom_recording_composite_seconds" SECONDS "Time to make a film";
    Counter "greenroom_recording_moves_total" COUNT ["outcome": "moved", "failed"] "Recordings that went to the store or the archive, and tries that failed and are made again";
    Counter "greenroom_emotion_clips_total" COUNT ["outcome": "read", "no_voice", "failed"] "Clips of voices in meetings: read, without a voice in them, or without an answer of the model";
    Gauge "greenroom_inference_waiting" COUNT ["model": "emotion"] "Clips that wait for a model";
    Gauge "greenroom_inference_behind_seconds" SECONDS ["model": "emotion"] "How long the oldest clip waits for its model";
    Gauge "greenroom_inference_keeps_up" COUNT ["model": "emotion"] "1 while a model keeps up, 0 while it hangs or is ten times as slow as it should be";
    Counter "greenroom_inference_dropped_total" COUNT ["model": "emotion"] "Clips that were thrown away because too many waited: the oldest go first";
    Histogram(LATENCY) "greenroom_inference_seconds" SECONDS ["model": "emotion"] "Time of a model for the clips that it takes at once";
    Counter "greenroom_housekeeping_removed_total" COUNT ["what": "sessions", "files", "rooms", "known_people", "audit", "refresh_tokens", "idempotency_keys", "consents", "api_keys", "accounts", "lost_files", "recordings"] "Things removed because their retention is over";
    Counter "greenroom_housekeeping_failures_total" COUNT ["what": "sessions", "files", "rooms"] "Things past their retention that could not be removed; tried again";
    Gauge "greenroom_housekeeping_finished_timestamp_seconds" SECONDS "When housekeeping was last done, seconds since 1970; 0 before the first time";

    Gauge "process_resident_memory_bytes" BYTES "Resident memory of this process";
    Gauge "process_cpu_seconds_total" SECONDS "CPU time of this process";
    Gauge "process_open_fds" COUNT "Open file descriptors of this process";
};

/// Tells the recorder what each means, and starts what can be counted at zero, so that a rate has a beginning.
pub fn describe() {
    for metric in METRICS {
        match metric.kind {
            Kind::Counter => {
                describe_counter!(metric.name, metric.unit, metric.about);
                start_at_zero(metric);
            }
            Kind::Gauge => {
                describe_gauge!(metric.name, metric.unit, metric.about);
                start_at_nothing(metric);
            }
            Kind::Histogram(_) => describe_histogram!(metric.name, metric.unit, metric.about),
        }
    }
}

/// A gauge that nothing moved yet is there all the same.
fn start_at_nothing(metric: &Metric) {
    match metric.label {
        None => gauge!(metric.name).increment(0.0),
        Some((label, values)) => {
            for value in values {
                gauge!(metric.name, vec![Label::new(label, *value)]).increment(0.0);
            }
        }
    }
}

fn start_at_zero(metric: &Metric) {
    match metric.label {
        None => counter!(metric.name).absolute(0),
        Some((label, values)) => {
            for value in values {
                counter!(metric.name, vec![Label::new(label, *value)]).absolute(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PAGE: &str = include_str!("../../docs/metrics.md");

    fn row(metric: &Metric) -> String {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let label = match metric.label {
            None => String::new(),
            Some((label, [])) => format!("`{label}`"),
            Some((label, values)) => format!("`{label}`: {}", values.join(", ")),
        };
        format!("| `{}` | {kind} | {} | {label} | {} |", metric.name, metric.unit.as_str(), metric.about)
    }

    #[test]
    fn the_page_has_every_metric_and_no_other() {
        let rows: BTreeSet<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> = METRICS.iter().map(row).collect();
        let expected_set: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
        assert!(rows == expected_set, "docs/metrics.md should have:\n{}", expected.join("\n"));
    }

    #[test]
    fn buckets_rise() {
        for metric in METRICS {
            if let Kind::Histogram(buckets) = metric.kind {
                assert!(buckets.windows(2).all(|pair| pair[0] < pair[1]), "{}", metric.name);
            }
        }
    }
}
