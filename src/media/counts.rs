//! What a worker counts. Plain numbers on the way of a packet, told to the metrics a few times a second.

use metrics::{counter, gauge, histogram};
use std::{collections::BTreeMap, time::Duration};

#[derive(Default)]
pub struct Counts {
    pub received: u64,
    pub received_bytes: u64,
    pub forwarded_audio: u64,
    pub forwarded_video: u64,
    pub sent: u64,
    pub sent_bytes: u64,
    pub send_calls: u64,
    pub send_errors: u64,
    pub nacks: u64,
    pub keyframes_wanted: u64,
    pub keyframes_asked: u64,
    pub layer_switches: u64,
    pub events_lost: u64,
    /// Packets that went to sinks, and that found no room there.
    pub sunk: u64,
    pub sink_drops: u64,
    pub sink_gaps: u64,
    dropped: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub fn drop_one(&mut self, reason: &'static str) {
        self.drop_some(reason, 1);
    }

    pub fn drop_some(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.dropped.entry(reason).or_default() += count;
        }
    }

    /// Adds it all to the metrics and begins anew. Returns how many packets were forwarded.
    pub fn tell(&mut self) -> u64 {
        let counts = std::mem::take(self);
        counter!("greenroom_media_received_datagrams_total").increment(counts.received);
        counter!("greenroom_media_received_bytes_total").increment(counts.received_bytes);
        counter!("greenroom_media_forwarded_total", "kind" => "audio").increment(counts.forwarded_audio);
        counter!("greenroom_media_forwarded_total", "kind" => "video").increment(counts.forwarded_video);
        counter!("greenroom_media_sent_datagrams_total").increment(counts.sent);
        counter!("greenroom_media_sent_bytes_total").increment(counts.sent_bytes);
        counter!("greenroom_media_send_calls_total").increment(counts.send_calls);
        counter!("greenroom_media_send_errors_total").increment(counts.send_errors);
        counter!("greenroom_media_nacks_total").increment(counts.nacks);
        counter!("greenroom_media_keyframe_requests_total", "direction" => "received").increment(counts.keyframes_wanted);
        counter!("greenroom_media_keyframe_requests_total", "direction" => "sent").increment(counts.keyframes_asked);
        counter!("greenroom_media_layer_switches_total").increment(counts.layer_switches);
        counter!("greenroom_queue_drops_total", "queue" => "media_events").increment(counts.events_lost);
        counter!("greenroom_media_sink_packets_total").increment(counts.sunk);
        counter!("greenroom_media_sink_drops_total").increment(counts.sink_drops);
        counter!("greenroom_media_sink_gaps_total").increment(counts.sink_gaps);
        for (reason, count) in &counts.dropped {
            counter!("greenroom_media_dropped_total", "reason" => *reason).increment(*count);
        }
        counts.forwarded_audio + counts.forwarded_video
    }
}

pub fn connected(leg: &'static str, transport: &'static str, profile: &'static str, after: Duration) {
    histogram!("greenroom_media_connect_seconds", "leg" => leg).record(after.as_secs_f64());
    counter!("greenroom_media_connected_total", "transport" => transport).increment(1);
    counter!("greenroom_media_srtp_total", "profile" => profile).increment(1);
}

pub fn ended(reason: &'static str) {
    counter!("greenroom_media_ended_total", "reason" => reason).increment(1);
}

/// Connections that were made, or with a negative number, that went.
pub fn connections(leg: &'static str, change: f64) {
    gauge!("greenroom_media_connections", "leg" => leg).increment(change);
}

pub fn rooms(change: f64) {
    gauge!("greenroom_media_rooms").increment(change);
}

/// Sinks that were attached, or with a negative number, that went.
pub fn sinks(change: f64) {
    gauge!("greenroom_media_sinks_attached").increment(change);
}
