//! The state of everything at one moment; figures are differences of two of these.

use serde::{Deserialize, Serialize};

use super::Studio;
use super::receiver::Receiver;
use crate::measure::clock::Micros;
use crate::measure::latency::Latency;
use crate::media::driver::{Ended, Peers};

/// Counted over all receivers of a group since they came.
#[derive(Clone, Copy, Default, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub audio_packets: u64,
    pub video_packets: u64,
    pub bytes: u64,
    /// Between the server and the receiver: came as a repair, never came.
    pub repaired: u64,
    pub lost: u64,
    pub duplicates: u64,
    /// From end to end, by the senders' own numbers.
    pub audio_missing: u64,
    pub video_missing: u64,
    /// Sound that came too late to be played.
    pub audio_late: u64,
    pub frames: u64,
    pub frames_skipped: u64,
    pub freezes: u64,
    pub frozen_ms: u64,
    pub layer_switches: u64,
}

impl Totals {
    pub fn packets(&self) -> u64 {
        self.audio_packets + self.video_packets
    }

    fn fields(&mut self) -> [&mut u64; 14] {
        [
            &mut self.audio_packets,
            &mut self.video_packets,
            &mut self.bytes,
            &mut self.repaired,
            &mut self.lost,
            &mut self.duplicates,
            &mut self.audio_missing,
            &mut self.video_missing,
            &mut self.audio_late,
            &mut self.frames,
            &mut self.frames_skipped,
            &mut self.freezes,
            &mut self.frozen_ms,
            &mut self.layer_switches,
        ]
    }

    pub fn add(&mut self, mut other: Self) {
        for (field, more) in self.fields().into_iter().zip(other.fields()) {
            *field += *more;
        }
    }

    /// What came since an earlier moment.
    pub fn since(mut self, mut earlier: Self) -> Self {
        for (field, before) in self.fields().into_iter().zip(earlier.fields()) {
            *field = field.saturating_sub(*before);
        }
        self
    }
}

/// A receiver whose path is bad.
#[derive(Clone, Debug)]
pub struct ReceiverState {
    pub who: u32,
    pub label: usize,
    pub totals: Totals,
    /// The layer shown of each camera, by source.
    pub layers: Vec<(u32, Option<u8>)>,
    /// When the last frame of any camera was shown.
    pub shown_at: Option<Micros>,
}

#[derive(Clone)]
pub struct Snapshot {
    pub at: Micros,
    pub connections: usize,
    pub expected: u64,
    pub connected: u64,
    pub closed_by_server: u64,
    pub unmarked: u64,
    pub keyframes_asked: u64,
    pub keyframes_wanted: u64,
    pub refused_by_kernel: u64,
    pub sent: u64,
    pub repairs_sent: u64,
    /// Sources that a receiver hears or sees, summed over the receivers.
    pub hearing: usize,
    pub seeing: usize,
    /// Of receivers without a bad path, and of those with one.
    pub clear: Totals,
    pub impaired: Totals,
    pub receivers: Vec<ReceiverState>,
    pub latency: Latency,
    pub latency_impaired: Latency,
    /// Since the last snapshot.
    pub latency_now: Latency,
    /// Of repaired packets: from the first sending.
    pub latency_repaired: Latency,
    pub first_sound: Latency,
    pub first_picture: Latency,
    /// How late this tester was with what it had to send.
    pub lateness: Latency,
}

#[derive(Default)]
pub struct Tally {
    pub expected: u64,
    pub connected: u64,
    pub closed_by_server: u64,
    pub unmarked: u64,
    pub keyframes_asked: u64,
    pub keyframes_wanted: u64,
    pub first_sound: Latency,
    pub first_picture: Latency,
    pub lateness: Latency,
    latency: Latency,
    latency_impaired: Latency,
    latency_repaired: Latency,
    latency_now: Latency,
    gone: Totals,
    gone_impaired: Totals,
}

impl Tally {
    pub fn arrived(&mut self, label: Option<usize>, latency: Micros, repaired: bool) {
        match (label, repaired) {
            (_, true) => self.latency_repaired.record(latency),
            (Some(_), _) => self.latency_impaired.record(latency),
            (None, _) => {
                self.latency.record(latency);
                self.latency_now.record(latency);
            }
        }
    }

    pub fn gone(&mut self, mut receiver: Receiver, ended: &Ended) {
        let totals = totals(&mut receiver, ended, true);
        let group = if receiver.label.is_some() { &mut self.gone_impaired } else { &mut self.gone };
        group.add(totals);
    }
}

impl Studio {
    pub(super) fn measure(&mut self, peers: &mut Peers) {
        let tally = &mut self.tally;
        for latency in [
            &mut tally.latency,
            &mut tally.latency_impaired,
            &mut tally.latency_repaired,
            &mut tally.latency_now,
            &mut tally.lateness,
        ] {
            latency.reset();
        }
        peers.refused = 0;
    }

    pub(super) fn snapshot(&mut self, peers: &mut Peers, at: Micros) -> Snapshot {
        let (mut clear, mut impaired) = (self.tally.gone, self.tally.gone_impaired);
        let mut receivers = Vec::new();
        let (mut hearing, mut seeing) = (0, 0);
        for (peer, receiver) in &mut self.receivers {
            let ended = peers.counts(*peer).unwrap_or_default();
            let totals = totals(receiver, &ended, false);
            hearing += receiver.heard.len();
            seeing += receiver.seen.values().filter(|(view, _)| view.first_at.is_some()).count();
            match receiver.label {
                None => clear.add(totals),
                Some(label) => {
                    impaired.add(totals);
                    receivers.push(state(receiver, label, totals));
                }
            }
        }
        receivers.sort_by_key(|receiver: &ReceiverState| receiver.who);
        let sent = self.senders.keys().filter_map(|peer| peers.counts(*peer)).map(|ended| ended.sent);
        let (sent, repairs_sent) = sent.fold((0, 0), |sum, more| (sum.0 + more.0, sum.1 + more.1));
        let tally = &mut self.tally;
        let latency_now = tally.latency_now.clone();
        tally.latency_now.reset();
        Snapshot {
            at,
            connections: peers.len(),
            expected: tally.expected,
            connected: tally.connected,
            closed_by_server: tally.closed_by_server,
            unmarked: tally.unmarked,
            keyframes_asked: tally.keyframes_asked,
            keyframes_wanted: tally.keyframes_wanted,
            refused_by_kernel: peers.refused,
            sent,
            repairs_sent,
            hearing,
            seeing,
            clear,
            impaired,
            receivers,
            latency: tally.latency.clone(),
            latency_impaired: tally.latency_impaired.clone(),
            latency_now,
            latency_repaired: tally.latency_repaired.clone(),
            first_sound: tally.first_sound.clone(),
            first_picture: tally.first_picture.clone(),
            lateness: tally.lateness.clone(),
        }
    }
}

fn state(receiver: &Receiver, label: usize, totals: Totals) -> ReceiverState {
    let mut layers: Vec<_> = receiver.seen.iter().map(|(source, (view, _))| (*source, view.layer())).collect();
    layers.sort_unstable();
    let shown_at = receiver.seen.values().filter_map(|(view, _)| view.last_shown_at()).max();
    ReceiverState { who: receiver.who, label, totals, layers, shown_at }
}

fn totals(receiver: &mut Receiver, ended: &Ended, at_end: bool) -> Totals {
    let mut totals = Totals::default();
    for (_, counts) in &ended.incoming {
        totals.bytes += counts.bytes;
        totals.repaired += counts.repaired;
        totals.lost += counts.lost;
        totals.duplicates += counts.duplicates;
    }
    let missing = |serials: &mut crate::media::meter::serials::Serials| if at_end { serials.finish() } else { serials.missing() };
    for (hearing, serials) in receiver.heard.values_mut() {
        totals.audio_packets += hearing.received;
        totals.audio_late += hearing.late;
        totals.audio_missing += missing(serials);
    }
    for (view, serials) in receiver.seen.values_mut() {
        totals.video_packets += serials.received;
        totals.video_missing += missing(serials);
        totals.frames += view.frames;
        totals.frames_skipped += view.skipped;
        totals.freezes += view.freezes;
        totals.frozen_ms += view.frozen / 1000;
        totals.layer_switches += view.switches.len() as u64;
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_add_up_and_differ() {
        let mut sum = Totals { audio_packets: 5, layer_switches: 1, ..Totals::default() };
        let earlier = sum;
        sum.add(Totals { audio_packets: 2, frozen_ms: 9, ..Totals::default() });
        assert_eq!(sum.packets(), 7);
        assert_eq!(sum.since(earlier), Totals { audio_packets: 2, frozen_ms: 9, ..Totals::default() });
    }
}
