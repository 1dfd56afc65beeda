//! What the core allows and how patient it is.

use crate::protocol::Source;

/// Bits are bits a second, times are milliseconds, heights device pixels.
#[derive(Clone, PartialEq, Debug)]
pub struct Limits {
    /// A publisher's microphone and its screen's sound, each. More is cut. Opus in stereo with RED stays below.
    pub audio_bits: u64,
    /// A publisher's camera, all its encodings together.
    pub camera_bits: u64,
    /// A publisher's screen, all its encodings together.
    pub screen_bits: u64,
    /// Of an extra copy, each source at most.
    pub tap_bits: u64,
    /// A publisher over its limit loses its largest encoding, then the next, each for so long.
    pub cut_ms: u64,
    /// Voices that a receiver gets at once; more than these are the loudest. A multiple of [`Limits::SLOT_STEP`].
    pub audio_slots: u8,
    /// Pictures that a receiver gets at once. A multiple of [`Limits::SLOT_STEP`].
    pub video_slots: u8,
    /// Pictures that a receiver gets before it says what it wants.
    pub unasked_videos: u8,
    /// The tile heights up to which the smallest, and the middle of three encodings suffice. Of two, the second figure parts them.
    pub tile_heights: [u32; 2],
    /// What an encoding is thought to need while nothing of it was measured, from the smallest. A lone one counts like the second.
    pub expected_bits: [u64; 3],
    /// What a receiver's path is thought to bear before its first estimate.
    pub start_bits: u64,
    /// A larger encoding is taken when the path bears this many percent of what would be sent then.
    pub rise_margin_percent: u64,
    /// ... and bore it for so long.
    pub rise_after_ms: u64,
    /// After falling soon after rising the wait doubles, up to this.
    pub rise_backoff_max_ms: u64,
    /// Requests for a keyframe of one encoding are so far apart.
    pub keyframe_every_ms: u64,
    /// A switch whose keyframe doesn't come is given up for a while after so long.
    pub switch_patience_ms: u64,
    /// An encoding that is behind the others of its track by so much is taken for stopped.
    pub layer_gone_ms: u64,
    /// A track of which nothing came for so long is reported as not sent.
    pub not_sent_ms: u64,
    /// A larger encoding stays wanted for so long after the last one watched it.
    pub unwatched_ms: u64,
    /// A receiver that sends no estimate for so long while media goes to it gets no video for as long.
    pub silent_ms: u64,
    /// Speech of so much, with pauses left out, makes a speaker.
    pub speaker_attack_ms: u64,
    /// A speaker is kept for so long at least.
    pub speaker_hold_ms: u64,
    /// After so much silence of all, nobody is the speaker.
    pub speaker_release_ms: u64,
}

impl Limits {
    /// Slots of a receiving connection are made in such steps.
    pub const SLOT_STEP: u8 = 2;

    /// What a publisher may send of a source.
    pub fn source_bits(&self, source: Source) -> u64 {
        match source {
            Source::Microphone | Source::ScreenAudio => self.audio_bits,
            Source::Camera => self.camera_bits,
            Source::Screen => self.screen_bits,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            audio_bits: 320_000,
            camera_bits: 5_000_000,
            screen_bits: 8_000_000,
            tap_bits: 1_500_000,
            cut_ms: 3_000,
            audio_slots: 16,
            video_slots: 28,
            unasked_videos: 9,
            tile_heights: [270, 540],
            expected_bits: [150_000, 500_000, 1_700_000],
            start_bits: 1_500_000,
            rise_margin_percent: 115,
            rise_after_ms: 800,
            rise_backoff_max_ms: 4_000,
            keyframe_every_ms: 1_000,
            switch_patience_ms: 5_000,
            layer_gone_ms: 2_000,
            not_sent_ms: 4_000,
            unwatched_ms: 5_000,
            silent_ms: 10_000,
            speaker_attack_ms: 350,
            speaker_hold_ms: 1_500,
            speaker_release_ms: 4_000,
        }
    }
}
