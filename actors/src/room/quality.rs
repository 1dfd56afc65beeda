//! How a call sounds, as a mean opinion score, from what a client measured. Pure arithmetic after ITU-T G.107 (E-model), simplified.

use crate::protocol::{client::PeerStats, server::QualityLevel, server::QualityProblem};

/// Delay that a link adds beside the network: capture, coding, playing (ms).
const FIXED_DELAY_MS: f32 = 20.0;
/// R of a perfect call.
const R_MAX: f32 = 93.2;
/// How robust the codec is against loss (G.113): Opus with concealment, in per cent.
const LOSS_ROBUSTNESS: f32 = 10.0;
/// Of the whole score, what the worst link alone decides: one frozen face spoils a meeting.
const WORST_SHARE: f32 = 0.6;

/// One participant's score with the means behind it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score {
    /// 1 to 5.
    pub mos: f32,
    pub rtt_ms: f32,
    /// Fraction 0 to 1.
    pub loss: f32,
    pub jitter_ms: f32,
}

/// What a link measured, with strangers' numbers put into their ranges.
#[derive(Clone, Copy)]
struct Link {
    rtt_ms: f32,
    loss: f32,
    jitter_ms: f32,
    freezes: f32,
}

fn within(value: f32, max: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, max) }
}

impl Link {
    fn of(stats: &PeerStats) -> Self {
        Self {
            rtt_ms: within(stats.rtt_ms, 10_000.0),
            loss: within(stats.loss_up, 1.0).max(within(stats.loss_down, 1.0)),
            jitter_ms: within(stats.jitter_ms, 5_000.0),
            freezes: stats.freezes.unwrap_or(0).min(10) as f32,
        }
    }

    fn mos(&self) -> f32 {
        let delay = self.rtt_ms / 2.0 + self.jitter_ms * 2.0 + FIXED_DELAY_MS;
        let late = (delay - 177.3).max(0.0);
        let delay_cost = 0.024 * delay + 0.11 * late;
        let percent = self.loss * 100.0;
        let loss_cost = 95.0 * percent / (percent + LOSS_ROBUSTNESS);
        let heard = mos_of(R_MAX - delay_cost - loss_cost);
        (heard - 0.2 * self.freezes.min(5.0)).max(1.0)
    }
}

/// R to MOS, G.107 annex B.
fn mos_of(r: f32) -> f32 {
    let r = r.clamp(0.0, 100.0);
    (1.0 + 0.035 * r + 7e-6 * r * (r - 60.0) * (100.0 - r)).clamp(1.0, 5.0)
}

/// The score over all links, the worst one weighing most; `None` when there is none.
pub fn score<'a>(peers: impl IntoIterator<Item = &'a PeerStats>) -> Option<Score> {
    let links: Vec<Link> = peers.into_iter().map(Link::of).collect();
    let count = links.len() as f32;
    let mean = |of: fn(&Link) -> f32| links.iter().map(of).sum::<f32>() / count;
    let worst = links.iter().map(Link::mos).reduce(f32::min)?;
    let mos = WORST_SHARE * worst + (1.0 - WORST_SHARE) * mean(Link::mos);
    let tenths = (mos * 10.0).round() / 10.0;
    Some(Score { mos: tenths, rtt_ms: mean(|l| l.rtt_ms), loss: mean(|l| l.loss), jitter_ms: mean(|l| l.jitter_ms) })
}

pub fn level(mos: f32) -> QualityLevel {
    match mos {
        good if good >= 3.8 => QualityLevel::Good,
        fair if fair >= 3.0 => QualityLevel::Fair,
        _ => QualityLevel::Poor,
    }
}

/// What is most wrong, if it is worth telling.
pub fn problem(score: Option<&Score>, peers: &[PeerStats], cpu_limited: bool) -> Option<QualityProblem> {
    let worst = |of: fn(&Link) -> f32| peers.iter().map(|peer| of(&Link::of(peer))).fold(0.0, f32::max);
    if score.is_some_and(|score| level(score.mos) != QualityLevel::Good) {
        let starved = |peer: &PeerStats| peer.bitrate_up > 0.0 && peer.bitrate_up < 60_000.0 && peer.frame_height.is_some();
        let ranked = [
            (worst(|l| l.loss) / 0.05, QualityProblem::Loss),
            (worst(|l| l.rtt_ms) / 400.0, QualityProblem::Latency),
            (worst(|l| l.jitter_ms) / 60.0, QualityProblem::Jitter),
            (if peers.iter().any(starved) { 1.0 } else { 0.0 }, QualityProblem::Bandwidth),
        ];
        if let Some((_, problem)) = ranked.into_iter().filter(|(weight, _)| *weight >= 1.0).max_by(|a, b| a.0.total_cmp(&b.0)) {
            return Some(problem);
        }
    }
    cpu_limited.then_some(QualityProblem::Cpu)
}

pub fn advice(problem: QualityProblem) -> &'static str {
    match problem {
        QualityProblem::Loss => "Packets get lost: move closer to the Wi-Fi, use a cable, or switch the camera off.",
        QualityProblem::Latency => "The way is long: leave a VPN or use another network if you can.",
        QualityProblem::Jitter => "The network is busy: pause downloads, or use a cable.",
        QualityProblem::Bandwidth => "The uplink is narrow: switch the camera off or stop sharing the screen.",
        QualityProblem::Cpu => "This device is at its limit: close other programs, switch off background effects or the camera.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(rtt_ms: f32, loss: f32, jitter_ms: f32) -> PeerStats {
        let stats =
            serde_json::json!({ "participantId": uuid::Uuid::nil(), "rttMs": rtt_ms, "lossDown": loss, "jitterMs": jitter_ms });
        serde_json::from_value(stats).expect("stats")
    }

    fn mos(peers: &[PeerStats]) -> f32 {
        score(peers).expect("links").mos
    }

    #[test]
    fn a_score_falls_with_each_impairment() {
        assert!(mos(&[link(20.0, 0.0, 2.0)]) >= 4.3);
        for (rtt, loss, jitter, expected) in [
            (50.0, 0.0, 5.0, QualityLevel::Good),
            (100.0, 0.01, 10.0, QualityLevel::Good),
            (150.0, 0.03, 20.0, QualityLevel::Fair),
            (200.0, 0.10, 40.0, QualityLevel::Poor),
            (1500.0, 0.0, 20.0, QualityLevel::Poor),
        ] {
            assert_eq!(level(mos(&[link(rtt, loss, jitter)])), expected, "{rtt} {loss} {jitter}");
        }
    }

    #[test]
    fn the_worst_link_weighs_most() {
        let (good, bad) = (link(20.0, 0.0, 2.0), link(300.0, 0.2, 50.0));
        let mixed = mos(&[good.clone(), good.clone(), bad.clone()]);
        assert!(mixed < (2.0 * mos(std::slice::from_ref(&good)) + mos(std::slice::from_ref(&bad))) / 3.0);
        assert!(mixed > mos(&[bad]));
    }

    #[test]
    fn odd_numbers_stay_in_range_and_no_links_are_no_score() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -5.0, f32::MAX] {
            let mos = mos(&[link(0.0, 0.0, 0.0), PeerStats { rtt_ms: odd, loss_up: odd, jitter_ms: odd, ..link(0.0, 0.0, 0.0) }]);
            assert!((1.0..=5.0).contains(&mos), "{odd} gave {mos}");
        }
        assert_eq!(score(&[]), None);
    }

    #[test]
    fn the_problem_is_the_one_that_hurts_most() {
        let told = |peers: &[PeerStats], cpu| problem(score(peers).as_ref(), peers, cpu);
        assert_eq!(told(&[link(20.0, 0.0, 2.0)], false), None);
        assert_eq!(told(&[link(20.0, 0.0, 2.0)], true), Some(QualityProblem::Cpu));
        assert_eq!(told(&[link(100.0, 0.2, 10.0)], true), Some(QualityProblem::Loss));
        assert_eq!(told(&[link(1200.0, 0.0, 10.0)], false), Some(QualityProblem::Latency));
        assert_eq!(told(&[link(100.0, 0.0, 300.0)], false), Some(QualityProblem::Jitter));
    }
}
