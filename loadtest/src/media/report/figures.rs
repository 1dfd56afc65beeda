//! From moments to figures.

use std::collections::BTreeMap;

use super::{ImpairedReceiver, Moments};
use crate::measure::latency::{Latency, Summary, round};
use crate::media::scenario::Scenario;
use crate::media::stage::Stage;
use crate::media::studio::{Snapshot, Totals};

/// Every figure of a media run that may be limited, in the order of its table.
pub const FIGURES: [&str; 27] = [
    "cpu_us_per_packet",
    "packets_per_s",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "loss_percent",
    "loss_before_repair_percent",
    "end_to_end_loss_percent",
    "audio_concealed_percent",
    "first_sound_p50_ms",
    "first_sound_p99_ms",
    "first_picture_p50_ms",
    "first_picture_p99_ms",
    "frames_per_s_per_view",
    "frames_skipped",
    "freezes",
    "layer_switches",
    "impaired_concealed_percent",
    "impaired_freezes",
    "memory_kb_per_connection",
    "memory_kb_per_connection_loaded",
    "server_cpu_percent",
    "client_cpu_percent",
    "sending_late_p99_ms",
    "not_received",
    "cycle_growth_kb",
    "cycle_growth_files",
];

/// Receivers without a bad path, and those with one, over the measured time.
pub fn measured(moments: &Moments) -> (Totals, Totals) {
    let (Some((start, ..)), Some((end, ..))) = (&moments.start, &moments.end) else { return Default::default() };
    (end.clear.since(start.clear), end.impaired.since(start.impaired))
}

pub fn figures(moments: &Moments, scenario: &Scenario) -> BTreeMap<String, f64> {
    let mut figures = BTreeMap::new();
    let mut put = |name: &str, value: Option<f64>| {
        figures.extend(value.filter(|value| value.is_finite()).map(|value| (name.to_string(), round(value))));
    };
    let (clear, impaired) = measured(moments);
    let delivered = (clear.packets() + impaired.packets()) as f64;
    if let (Some((start, server, client)), Some((end, later, client_later))) = (&moments.start, &moments.end) {
        let seconds = (end.at - start.at) as f64 / 1e6;
        let cpu = server.zip(*later).map(|(before, after)| after.cpu_seconds - before.cpu_seconds);
        let own = client.zip(*client_later).map(|(before, after)| after.cpu_seconds - before.cpu_seconds);
        put("packets_per_s", Some(delivered / seconds));
        put("server_cpu_percent", cpu.map(|cpu| cpu / seconds * 100.0));
        put("client_cpu_percent", own.map(|cpu| cpu / seconds * 100.0));
        if moments.cycles.is_none() {
            put("cpu_us_per_packet", cpu.filter(|_| delivered > 0.0).map(|cpu| cpu * 1e6 / delivered));
            memory(moments, end, &mut put);
        }
        latency("latency", &end.latency, &mut put);
        latency("sending_late", &end.lateness, &mut put);
        latency("first_sound", &end.first_sound, &mut put);
        latency("first_picture", &end.first_picture, &mut put);
        let pictures = end.seeing.max(1) as f64;
        put(
            "frames_per_s_per_view",
            (scenario.has_video()).then(|| (clear.frames + impaired.frames) as f64 / seconds / pictures),
        );
        let views = scenario.views() * if scenario.has_video() { 2 } else { 1 };
        if moments.cycles.is_none() {
            put("not_received", Some(views.saturating_sub(end.hearing + end.seeing) as f64));
        }
    }
    losses(clear, &mut put);
    put("impaired_concealed_percent", (impaired.packets() > 0).then(|| concealed(impaired)));
    put("impaired_freezes", (impaired.packets() > 0).then_some(impaired.freezes as f64));
    if moments.cycles.is_some() {
        let rss = |side: &Option<(Snapshot, Option<_>, _)>| -> Option<f64> {
            let usage: &crate::measure::process::Usage = side.as_ref()?.1.as_ref()?;
            Some(usage.rss_kb as f64)
        };
        put("cycle_growth_kb", rss(&moments.end).zip(rss(&moments.start)).map(|(after, before)| after - before));
        put("cycle_growth_files", moments.files.1.zip(moments.files.0).map(|(after, before)| after as f64 - before as f64));
    }
    figures
}

fn losses(clear: Totals, put: &mut impl FnMut(&str, Option<f64>)) {
    let came = clear.packets() as f64;
    if came == 0.0 {
        return;
    }
    let percent = |missing: u64| Some(missing as f64 * 100.0 / (came + clear.lost as f64));
    put("loss_percent", percent(clear.lost));
    put("loss_before_repair_percent", percent(clear.lost + clear.repaired));
    put("end_to_end_loss_percent", percent(clear.audio_missing + clear.video_missing));
    put("audio_concealed_percent", Some(concealed(clear)));
    put("frames_skipped", Some(clear.frames_skipped as f64));
    put("freezes", Some(clear.freezes as f64));
    put("layer_switches", Some(clear.layer_switches as f64));
}

/// Sound that never came or came too late, percent of what was sent.
fn concealed(totals: Totals) -> f64 {
    let sent = (totals.audio_packets + totals.audio_missing).max(1) as f64;
    (totals.audio_missing + totals.audio_late) as f64 * 100.0 / sent
}

fn memory(moments: &Moments, end: &Snapshot, put: &mut impl FnMut(&str, Option<f64>)) {
    let a_connection = |kb: u64, before: u64| (kb as f64 - before as f64) / end.connections.max(1) as f64;
    let before = moments.before.map(|usage| usage.rss_kb);
    let joined = moments.joined.map(|usage| usage.rss_kb);
    let loaded = moments.end.as_ref().and_then(|(_, usage, _)| usage.map(|usage| usage.rss_kb));
    put("memory_kb_per_connection", joined.zip(before).map(|(kb, before)| a_connection(kb, before)));
    put("memory_kb_per_connection_loaded", loaded.zip(before).map(|(kb, before)| a_connection(kb, before)));
}

fn latency(name: &str, latency: &Latency, put: &mut impl FnMut(&str, Option<f64>)) {
    for (quantile, value) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        put(&format!("{name}_{quantile}_ms"), (latency.count() > 0).then(|| latency.quantile_ms(value)));
    }
}

pub fn latencies(moments: &Moments) -> BTreeMap<String, Summary> {
    let Some((end, ..)) = &moments.end else { return BTreeMap::new() };
    [
        ("latency", &end.latency),
        ("latency_impaired", &end.latency_impaired),
        ("latency_repaired", &end.latency_repaired),
        ("first_sound", &end.first_sound),
        ("first_picture", &end.first_picture),
        ("sending_late", &end.lateness),
    ]
    .into_iter()
    .filter_map(|(name, latency)| Some((name.to_string(), latency.summary()?)))
    .collect()
}

pub fn receivers(moments: &Moments, stage: &Stage) -> Vec<ImpairedReceiver> {
    let (Some((start, ..)), Some((end, ..))) = (&moments.start, &moments.end) else { return Vec::new() };
    let before = |who| start.receivers.iter().find(|receiver| receiver.who == who).map(|receiver| receiver.totals);
    let one = |receiver: &crate::media::studio::ReceiverState| {
        let totals = receiver.totals.since(before(receiver.who).unwrap_or_default());
        ImpairedReceiver {
            who: receiver.who,
            path: stage.impaired[receiver.label].to_string(),
            totals,
            concealed_percent: round(concealed(totals)),
        }
    };
    end.receivers.iter().map(one).collect()
}

/// The counts that are not zero, in reading order.
pub fn counts(moments: &Moments, stage: &Stage) -> Vec<(String, u64)> {
    let Some((end, ..)) = &moments.end else { return Vec::new() };
    let (clear, impaired) = measured(moments);
    let kb = |usage: Option<crate::measure::process::Usage>| usage.map_or(0, |usage| usage.rss_kb);
    [
        ("connections", end.connections as u64),
        ("audio packets received", clear.audio_packets + impaired.audio_packets),
        ("video packets received", clear.video_packets + impaired.video_packets),
        ("packets sent by publishers since they came", end.sent),
        ("repairs sent by publishers", end.repairs_sent),
        ("repairs received", clear.repaired + impaired.repaired),
        ("packets that came twice or as padding", clear.duplicates + impaired.duplicates),
        ("keyframes asked for by receivers", end.keyframes_asked),
        ("keyframes asked for by the server", end.keyframes_wanted),
        ("tracks said to be limited", stage.limited.get()),
        ("connections that the server closed", end.closed_by_server),
        ("packets without a mark", end.unmarked),
        ("datagrams that the tester could not send", end.refused_by_kernel),
        ("join and leave cycles", moments.cycles.unwrap_or(0) as u64),
        ("server memory before, KB", kb(moments.before)),
        ("server memory, all joined, KB", kb(moments.joined)),
        ("server memory after the measured time, KB", kb(moments.end.as_ref().and_then(|(_, usage, _)| *usage))),
        ("server memory after all left, KB", kb(moments.emptied)),
        ("server's open files before cycles", moments.files.0.unwrap_or(0)),
        ("server's open files after cycles", moments.files.1.unwrap_or(0)),
    ]
    .into_iter()
    .filter(|(_, value)| *value > 0)
    .map(|(name, value)| (name.to_string(), value))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concealed_is_what_never_came_and_what_came_too_late() {
        let totals = Totals { audio_packets: 990, audio_missing: 10, audio_late: 10, ..Totals::default() };
        assert!((concealed(totals) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn losses_are_shares_of_what_should_have_come() {
        let mut figures = BTreeMap::new();
        let clear = Totals { video_packets: 90, repaired: 5, lost: 10, video_missing: 10, ..Totals::default() };
        losses(clear, &mut |name, value| _ = figures.insert(name.to_string(), value.unwrap()));
        assert_eq!((figures["loss_percent"], figures["loss_before_repair_percent"]), (10.0, 15.0));
    }
}
