use super::super::*;
use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, Cursor, ErrorKind},
    path::{Path, PathBuf},
    rc::Rc,
};
use tempfile::TempDir;

fn part(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number}.wav"))
}

fn files(folder: &TempDir, channels: u16, limit: u64) -> WavFiles<impl FnMut(u32) -> io::Result<File>> {
    let folder = folder.path().to_owned();
    let open = move |number| OpenOptions::new().create(true).truncate(true).read(true).write(true).open(part(&folder, number));
    WavFiles::new(16_000, channels, limit, open).expect("sound like any other")
}

fn ramp(samples: i16) -> Vec<i16> {
    (0..samples).map(|sample| sample.wrapping_mul(257)).collect()
}

fn heard(path: &Path) -> Vec<i16> {
    let mut wav = hound::WavReader::open(path).expect("a WAV file");
    wav.samples().map(|sample| sample.expect("a sample")).collect()
}

#[test]
fn sound_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wav = files(&folder, 2, WAV_LIMIT);
    wav.write(&ramp(500)).expect("room");
    wav.write(&ramp(300)).expect("room");
    assert_eq!(wav.finish().expect("room"), WavFinished { files: 1, frames: 400 });
    assert_eq!(heard(&part(folder.path(), 0)), [ramp(500), ramp(300)].concat());
    let again = open_wav_file(&part(folder.path(), 0)).expect("ours");
    assert_eq!(again.info, WavInfo { rate: 16_000, channels: 2, encoding: Encoding::I16, frames: 400 });
    assert_eq!(again.info.duration_ms(), 25);
    let samples: Vec<i16> = again.samples.map(|sample| (sample.expect("a sample") * 32_768.0) as i16).collect();
    assert_eq!(samples, [ramp(500), ramp(300)].concat());
}

#[test]
fn sound_goes_on_in_the_next_file_before_a_header_is_too_small() {
    for (channels, limit, each) in [(1, 44 + 20, 10), (2, 44 + 22, 10), (2, 44 + 23, 10), (1, 45 + 20, 10)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut wav = files(&folder, channels, limit);
        wav.write(&ramp(4)).expect("room");
        wav.write(&ramp(38)).expect("room");
        let finished = wav.finish().expect("room");
        assert_eq!(finished, WavFinished { files: 5, frames: 42 / u64::from(channels) });
        let parts: Vec<Vec<i16>> = (0..5).map(|number| heard(&part(folder.path(), number))).collect();
        assert!(parts[..4].iter().all(|part| part.len() == each) && parts[4].len() == 2);
        assert_eq!(parts.concat(), [ramp(4), ramp(38)].concat());
    }
}

#[test]
fn a_file_that_is_just_full_has_no_empty_one_behind_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wav = files(&folder, 1, 44 + 20);
    wav.write(&ramp(20)).expect("room");
    assert_eq!(wav.frames(), 20);
    assert_eq!(wav.finish().expect("room"), WavFinished { files: 2, frames: 20 });
    assert!(!part(folder.path(), 2).exists());
}

#[test]
fn a_file_cut_anywhere_reads_up_to_the_last_flush() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wav = files(&folder, 1, WAV_LIMIT);
    wav.write(&ramp(100)).expect("room");
    wav.sync().expect("a disk");
    wav.write(&ramp(9_000)).expect("room");
    // As it lies there when the power goes: the end is in memory, or half of it is written.
    let lies = std::fs::read(part(folder.path(), 0)).expect("a file");
    for length in [44 + 200, 44 + 201, 44 + 777, lies.len()] {
        let read = open_wav(Cursor::new(&lies[..length])).expect("right at the flush");
        assert_eq!(read.info.frames, 100);
        assert!(
            read.samples.map(|sample| sample.expect("a sample")).eq(ramp(100).iter().map(|sample| f32::from(*sample) / 32_768.0))
        );
    }
    wav.flush().expect("room");
    assert_eq!(heard(&part(folder.path(), 0)).len(), 9_100);
    drop(wav);
}

#[test]
fn what_a_crash_left_is_counted_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut wav = files(&folder, 2, WAV_LIMIT);
    wav.write(&ramp(100)).expect("room");
    wav.finish().expect("room");
    let path = part(folder.path(), 0);
    let whole = std::fs::read(&path).expect("a file");
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).expect("room");
        let mut file = OpenOptions::new().read(true).write(true).open(&path).expect("a file");
        let result = recover_wav(&mut file);
        if length < 44 {
            assert!(matches!(result, Err(WavError::NotWav)));
            assert_eq!(std::fs::read(&path).expect("a file"), &whole[..length], "left alone");
            continue;
        }
        let said = result.expect("ours");
        let frames = (length as u64 - 44) / 4;
        assert_eq!(
            (said.frames, said.cut_bytes, said.finished_before),
            (frames, (length as u64 - 44) % 4, length == whole.len())
        );
        assert_eq!(heard(&path), &ramp(100)[..frames as usize * 2]);
    }
}

#[test]
fn a_full_disk_leaves_no_trail_of_empty_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let full = Rc::new(RefCell::new(true));
    let (path, is_full) = (folder.path().to_owned(), full.clone());
    let open = move |number| match *is_full.borrow() {
        // Linux has a disk that is always full.
        true => OpenOptions::new().read(true).write(true).open("/dev/full"),
        false => OpenOptions::new().create(true).truncate(true).read(true).write(true).open(part(&path, number)),
    };
    let mut wav = WavFiles::new(16_000, 1, WAV_LIMIT, open).expect("sound like any other");
    for _ in 0..3 {
        let error = wav.write(&ramp(20_000)).expect_err("full");
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }
    full.replace(false);
    wav.write(&ramp(50)).expect("room again");
    wav.flush().expect("room");
    full.replace(true);
    assert_eq!(wav.finish().expect("room"), WavFinished { files: 1, frames: 50 });
    assert_eq!(heard(&part(folder.path(), 0)), ramp(50));
}

#[test]
fn what_makes_no_file_is_refused() {
    let refuses = |rate, channels, limit| {
        let open = |_| -> io::Result<File> { panic!("nothing to open") };
        WavFiles::new(rate, channels, limit, open).map(drop).expect_err("refused").kind() == ErrorKind::InvalidInput
    };
    assert!(refuses(0, 1, WAV_LIMIT) && refuses(u32::MAX, 1, WAV_LIMIT) && refuses(16_000, 0, WAV_LIMIT));
    assert!(refuses(16_000, 3, WAV_LIMIT) && refuses(16_000, 1, 45) && refuses(16_000, 2, 47));
    let folder = tempfile::tempdir().expect("a folder");
    let mut wav = files(&folder, 2, WAV_LIMIT);
    assert_eq!(wav.write(&[1, 2, 3]).expect_err("half a frame").kind(), ErrorKind::InvalidInput);
    assert_eq!(wav.finish().expect("nothing to do"), WavFinished::default());
}
