//! Whatever is in a file: samples, or a reason; never a panic, never more memory than a block.

use super::{AudioError, Ffmpeg, Opener, OpusDecoder};
use crate::recording::mux::WavError;
use actors::recording::fill::SILENCES;
use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A voice, 16 kHz.
const VOICE: &[u8] = include_bytes!("../../actors/src/emotion/fixtures/clips.s16le");
const LIMIT: Duration = Duration::from_secs(60);

fn voice() -> Vec<i16> {
    VOICE.chunks_exact(2).take(32_000).map(|two| i16::from_le_bytes([two[0], two[1]])).collect()
}

fn wav(path: &Path, rate: u32, channels: u16, samples: impl IntoIterator<Item = i16>) {
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    for sample in samples {
        (0..channels).for_each(|_| writer.write_sample(sample).expect("room on the disk"));
    }
    writer.finalize().expect("room on the disk");
}

/// The voice in a folder of its own.
fn spoken() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("voice.wav");
    wav(&path, 16_000, 1, voice());
    (folder, path)
}

fn all(opener: &Opener, path: &Path) -> Result<(u32, Vec<f32>), AudioError> {
    let mut sound = opener.open(path)?;
    let (mut samples, mut block) = (Vec::new(), Vec::new());
    while sound.next(&mut block)? {
        assert!(!block.is_empty() && block.len() <= 200_000, "a block of {}", block.len());
        samples.extend_from_slice(&block);
    }
    Ok((sound.rate(), samples))
}

/// The program, which the tests' tools install; without it these tests have nothing to test, and say so.
fn ffmpeg() -> Option<Ffmpeg> {
    let found = Ffmpeg::find(Path::new("ffmpeg"), LIMIT);
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "ffmpeg is part of the tests' tools");
    if found.is_none() {
        eprintln!("skipped: there is no ffmpeg here");
    }
    found
}

fn encoded(from: &Path, name: &str, options: &[&str]) -> PathBuf {
    let to = from.with_file_name(name);
    let done = Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y", "-i"]).arg(from).args(options).arg(&to).status();
    assert!(done.expect("ffmpeg runs").success(), "{name}");
    to
}

/// How alike two sounds are at the best shift, from 0 to 1: encoders delay by some milliseconds.
fn alike(left: &[f32], right: &[f32]) -> f32 {
    let at = |shift: usize| {
        let pairs = left.iter().zip(&right[shift.min(right.len())..]);
        let (mut product, mut a2, mut b2) = (0.0, 1e-9, 1e-9);
        pairs.for_each(|(a, b)| {
            product += a * b;
            a2 += a * a;
            b2 += b * b;
        });
        product / f32::sqrt(a2 * b2)
    };
    (0..2_500).step_by(1).map(at).fold(0.0, f32::max)
}

#[test]
fn a_wav_is_what_was_written_and_stereo_its_mean() {
    let (folder, path) = spoken();
    let (rate, mono) = all(&Opener::default(), &path).expect("a sound");
    assert_eq!((rate, mono.len()), (16_000, 32_000));
    assert!(mono.iter().zip(voice()).all(|(got, sent)| (got - f32::from(sent) / 32_768.0).abs() < 1e-6));
    let stereo = folder.path().join("stereo.wav");
    wav(&stereo, 44_100, 2, voice());
    assert_eq!(all(&Opener::default(), &stereo).expect("a sound"), (44_100, mono));
}

#[test]
fn every_container_gives_the_same_voice_without_ffmpeg() {
    if ffmpeg().is_none() {
        return;
    }
    let (_folder, path) = spoken();
    let (_, spoken) = all(&Opener::default(), &path).expect("a sound");
    let kinds: [(&str, &[&str]); 7] = [
        ("a.flac", &[]),
        ("a.mp3", &["-b:a", "128k"]),
        ("a.ogg", &["-c:a", "libvorbis"]),
        ("a.opus", &["-c:a", "libopus", "-b:a", "64k"]),
        ("a.webm", &["-c:a", "libopus", "-b:a", "64k"]),
        ("a.mka", &["-c:a", "libopus", "-application", "voip", "-b:a", "24k"]),
        ("a.m4a", &["-c:a", "aac", "-b:a", "96k"]),
    ];
    for (name, options) in kinds {
        let (rate, samples) =
            all(&Opener::default(), &encoded(&path, name, options)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kept: Vec<f32> = samples.iter().copied().step_by((rate / 16_000) as usize).collect();
        assert!((31_000..35_000).contains(&kept.len()), "{name}: {} samples at {rate}", kept.len());
        let alike = alike(&spoken[2_500..20_000], &kept[1_500..]);
        assert!(alike > 0.8, "{name}: {alike}");
    }
}

#[test]
fn what_only_ffmpeg_understands_goes_through_it_and_nothing_refers_to_other_files() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let (folder, path) = spoken();
    let strange = encoded(&path, "a.wma", &[]);
    assert!(matches!(
        all(&Opener::default(), &strange),
        Err(AudioError::Unsupported(_) | AudioError::NoSound | AudioError::Broken(_))
    ));
    let opener = Opener { ffmpeg: Some(ffmpeg) };
    let (rate, samples) = all(&opener, &strange).expect("a sound");
    assert!(rate == 16_000 && samples.len() > 30_000);
    // A playlist is a way to any file of this machine.
    let list = folder.path().join("list.m3u8");
    fs::write(&list, format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{}\n#EXT-X-ENDLIST\n", path.display()))
        .expect("a file");
    assert!(all(&opener, &list).is_err());
    let concat = folder.path().join("list.ffconcat");
    fs::write(&concat, format!("ffconcat version 1.0\nfile '{}'\n", path.display())).expect("a file");
    assert!(all(&opener, &concat).is_err());
}

#[test]
fn a_decoder_that_takes_too_long_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("ffmpeg");
    fs::write(&program, "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\nexec sleep 600\n").expect("a file");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let strange = folder.path().join("strange.bin");
    fs::write(&strange, [7; 5_000]).expect("a file");
    let opener = Opener { ffmpeg: Ffmpeg::find(&program, Duration::from_millis(100)) };
    assert!(opener.ffmpeg.is_some());
    let began = Instant::now();
    assert!(matches!(opener.open(&strange), Err(AudioError::TooSlow)));
    assert!(began.elapsed() < LIMIT);
}

#[test]
fn a1_a_broken_lying_or_empty_file_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let opened = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("a file");
        all(&Opener { ffmpeg: Ffmpeg::find(Path::new("ffmpeg"), LIMIT) }, &path).map(|(_, samples)| samples.len())
    };
    assert!(matches!(opened(&[]), Err(AudioError::Empty)));
    // 48 bytes that claim two thousand million samples.
    let mut liar =
        Vec::from(*b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\xf0\xff\xff\x7f");
    liar.resize(48, 0);
    assert!(matches!(opened(&liar), Err(AudioError::Wav(WavError::Short { .. }))));
    let mut honest = liar.clone();
    honest[4..8].copy_from_slice(&40_u32.to_le_bytes());
    assert!(matches!(opened(&honest), Err(AudioError::Wav(WavError::Short { .. }))));
    honest[40..44].copy_from_slice(&4_u32.to_le_bytes());
    assert_eq!(opened(&honest).expect("two samples"), 2);
    for (at, value) in [(24, 0_u32), (22, 0), (22, 65_535)] {
        let mut bytes = honest.clone();
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes()[..2]);
        assert!(matches!(opened(&bytes), Err(AudioError::Wav(_))), "{value} at {at}");
    }
    assert!(opened(&[0xA5; 100_000]).is_err());
    assert!(opened(b"fLaC\0\0\0\x22").is_err());
    assert!(opened(b"\x1aE\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff").is_err());
    assert!(opened(b"OggS\0\x02").is_err());
    assert!(opened(b"\0\0\0\x18ftypisom\0\0\0\0isommp41\xff\xff\xff\xffmoov").is_err());
}

#[test]
fn a1_every_container_cut_or_bent_anywhere_ends_in_samples_or_a_reason() {
    if ffmpeg().is_none() {
        return;
    }
    let (folder, path) = spoken();
    let bent = folder.path().join("bent");
    for (name, options) in [
        ("b.flac", &[][..]),
        ("b.mp3", &[]),
        ("b.ogg", &["-c:a", "libvorbis"]),
        ("b.webm", &["-c:a", "libopus"]),
        ("b.m4a", &["-c:a", "aac"]),
    ] {
        let whole = fs::read(encoded(&path, name, options)).expect("a file");
        for step in 1..8 {
            let mut bytes = whole[..whole.len() * step / 8].to_vec();
            fs::write(&bent, &bytes).expect("a file");
            drop(all(&Opener::default(), &bent));
            bytes = whole.clone();
            let at = whole.len() * step / 8;
            let end = (at + 12).min(bytes.len());
            bytes[at..end].fill(0xff);
            // Sizes and counts stand at the beginning.
            bytes[(step * 11) % 300] ^= 0xff;
            fs::write(&bent, &bytes).expect("a file");
            drop(all(&Opener::default(), &bent));
        }
    }
}

#[test]
fn eight_hours_are_read_as_a_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.wav");
    wav(&path, 16_000, 1, [1, 2, 3]);
    let (length, mut head) = (8 * 3600 * 16_000 * 2_u32, fs::read(&path).expect("a file"));
    head[4..8].copy_from_slice(&(length + 36).to_le_bytes());
    head[40..44].copy_from_slice(&length.to_le_bytes());
    fs::write(&path, head).expect("a file");
    fs::File::options().write(true).open(&path).and_then(|file| file.set_len(u64::from(length) + 44)).expect("a sparse file");
    let mut sound = Opener::default().open(&path).expect("a sound");
    let mut block = Vec::new();
    for _ in 0..50 {
        assert!(sound.next(&mut block).expect("samples"));
        assert!(block.capacity() <= 65_536);
    }
}

#[test]
fn a_lost_packet_is_as_long_as_the_one_before_and_no_packet_is_a_panic() {
    let mut decoder = OpusDecoder::new();
    assert_eq!(decoder.decode(&[], true).len(), 960);
    // Code 3 without a count, too many frames, a SILK frame of nothing.
    for packet in [&[0xff][..], &[0xff, 0x3f], &[0x0b, 0x41, 0xff], &[0x18], &[0x00, 0xff]] {
        let samples = decoder.decode(packet, false);
        assert!((1..=5_760).contains(&samples.len()) && samples.iter().all(|sample| sample.is_finite()));
    }
}

#[test]
fn what_recordings_put_in_is_silent_and_as_long_as_it_says() {
    for (lasts_us, packet) in SILENCES {
        let mut decoder = OpusDecoder::new();
        let samples = decoder.decode(&packet, false);
        assert_eq!((samples.len() as u64 * 1_000 / 48, decoder.broken()), (lasts_us, 0));
        assert!(decoder.decode(&packet, false).iter().all(|sample| sample.abs() < 1e-4), "{lasts_us}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_packets_give_finite_samples(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..4)) {
        let mut decoder = OpusDecoder::new();
        for packet in packets {
            let samples = decoder.decode(&packet, false);
            prop_assert!((1..=5_760).contains(&samples.len()));
            prop_assert!(samples.iter().all(|sample| sample.is_finite() && sample.abs() <= 1.0));
        }
    }
}
