//! A file of pictures that only grows: an H.264 byte stream, or IVF. Cut anywhere it plays up to the cut; how many pictures an IVF file has is put into its
//! head at the end, or by [`mend`].

use crate::audio_pipeline::recover::{Kind, Mended};
use actors::audio::pictures::{
    IVF_FRAME_HEAD, IVF_HEAD, PictureCodec, Rising, START, is_byte_stream, ivf_frame_head, ivf_head, size_of,
};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
};

pub const IVF: Kind = Kind { below: "video", ending: "ivf", mend };

pub struct PictureFile {
    file: File,
    codec: PictureCodec,
    size: (u16, u16),
    frames: u32,
    /// What is whole: a picture of which only a part could be written is taken back.
    bytes: u64,
    last_ms: u64,
    times: Rising,
    record: Vec<u8>,
}

impl PictureFile {
    pub fn begin(mut file: File, codec: PictureCodec, size: (u16, u16)) -> io::Result<Self> {
        let mut bytes = 0;
        if let Some(letters) = codec.four_letters() {
            file.write_all(&ivf_head(letters, size, 0))?;
            file.sync_all()?;
            bytes = IVF_HEAD as u64;
        }
        Ok(Self { file, codec, size, frames: 0, bytes, last_ms: 0, times: Rising::default(), record: Vec::new() })
    }

    pub fn write(&mut self, picture: &[u8], at_ms: u64) -> io::Result<()> {
        let at_ms = self.times.next(at_ms);
        self.record.clear();
        if self.codec == PictureCodec::H264 {
            if !is_byte_stream(picture) {
                self.record.extend_from_slice(&START);
            }
        } else {
            let length = u32::try_from(picture.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
            self.record.extend_from_slice(&ivf_frame_head(length, at_ms));
        }
        self.record.extend_from_slice(picture);
        if let Err(error) = self.file.write_all(&self.record) {
            self.take_back()?;
            return Err(error);
        }
        if self.size == (0, 0) {
            self.size = size_of(self.codec, picture).unwrap_or_default();
        }
        self.bytes += self.record.len() as u64;
        self.frames += 1;
        self.last_ms = at_ms;
        Ok(())
    }

    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// The head says what is there.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(letters) = self.codec.four_letters() {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&ivf_head(letters, self.size, self.frames))?;
            self.file.seek(SeekFrom::Start(self.bytes))?;
        }
        self.file.sync_all()
    }

    pub fn frames(&self) -> u32 {
        self.frames
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn last_ms(&self) -> u64 {
        self.last_ms
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.file.set_len(self.bytes)?;
        self.file.seek(SeekFrom::Start(self.bytes)).map(drop)
    }
}

/// Counts what is whole in an IVF file of ours, takes off what is not, and says so in its head.
fn mend(file: &mut File) -> io::Result<Option<Mended>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = [0; IVF_HEAD];
    file.read_exact(&mut head)?;
    let letters = [head[8], head[9], head[10], head[11]];
    let ours = PictureCodec::ALL.iter().any(|codec| codec.four_letters() == Some(letters));
    if &head[..4] != b"DKIF" || !ours {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not an IVF file of ours"));
    }
    let (mut frames, mut end, mut last_ms) = (0_u32, IVF_HEAD as u64, 0);
    let mut reader = BufReader::new(&mut *file);
    let mut frame = [0; IVF_FRAME_HEAD];
    while end + IVF_FRAME_HEAD as u64 <= length {
        reader.read_exact(&mut frame)?;
        let bytes = u64::from(u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]));
        if end + IVF_FRAME_HEAD as u64 + bytes > length {
            break;
        }
        last_ms = frame[4..].iter().rev().fold(0_u64, |at, byte| at << 8 | u64::from(*byte));
        end += IVF_FRAME_HEAD as u64 + bytes;
        frames += 1;
        reader.seek_relative(bytes as i64)?;
    }
    let side = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    let whole = ivf_head(letters, (side(12), side(14)), frames);
    if whole == head && end == length {
        return Ok(None);
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&whole)?;
    file.sync_all()?;
    Ok(Some(Mended { ms: last_ms, cut_bytes: length - end }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, OpenOptions};

    fn file(place: &tempfile::TempDir) -> File {
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(place.path().join("x")).unwrap()
    }

    #[test]
    fn pictures_without_a_start_code_get_one() {
        let place = tempfile::tempdir().unwrap();
        let mut pictures = PictureFile::begin(file(&place), PictureCodec::H264, (0, 0)).unwrap();
        for picture in [&[0, 0, 0, 1, 0x67][..], &[0x68, 2], &[0, 0, 1, 0x65]] {
            pictures.write(picture, 0).unwrap();
        }
        pictures.finish().unwrap();
        assert_eq!(fs::read(place.path().join("x")).unwrap(), [0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65]);
    }

    #[test]
    fn an_ivf_file_that_was_cut_anywhere_is_mended_to_what_is_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x");
        let mut pictures = PictureFile::begin(file(&place), PictureCodec::Vp9, (640, 360)).unwrap();
        for at in [0, 40, 40, 120] {
            pictures.write(&[7; 100], at).unwrap();
        }
        let cut = fs::read(&path).unwrap();
        pictures.finish().unwrap();
        let whole = fs::read(&path).unwrap();
        assert_eq!((whole[24], &whole[12..16]), (4, &[0x80, 2, 0x68, 1][..]));
        let mut opened = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        assert!(mend(&mut opened).unwrap().is_none(), "nothing to do");
        for length in 0..=cut.len() {
            fs::write(&path, &cut[..length]).unwrap();
            let mut opened = OpenOptions::new().read(true).write(true).open(&path).unwrap();
            let found = mend(&mut opened);
            if length < IVF_HEAD {
                assert!(found.is_err());
                continue;
            }
            let frames = (length - IVF_HEAD) / 112;
            let now = fs::read(&path).unwrap();
            assert_eq!((usize::from(now[24]), now.len()), (frames, IVF_HEAD + frames * 112), "cut at {length}");
            assert!(mend(&mut opened).unwrap().is_none(), "once is enough");
        }
    }

    #[test]
    fn a_lying_length_is_where_the_file_ends() {
        let place = tempfile::tempdir().unwrap();
        let mut pictures = PictureFile::begin(file(&place), PictureCodec::Vp8, (0, 0)).unwrap();
        pictures.write(&[1; 10], 5).unwrap();
        let path = place.path().join("x");
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(&ivf_frame_head(u32::MAX, 9));
        bytes.extend_from_slice(&[1; 50]);
        fs::write(&path, bytes).unwrap();
        let mut opened = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let found = mend(&mut opened).unwrap().unwrap();
        assert_eq!((found.ms, found.cut_bytes), (5, 62));
        fs::write(&path, b"DKIF and something else, of somebody").unwrap();
        assert!(mend(&mut OpenOptions::new().read(true).write(true).open(&path).unwrap()).is_err());
    }
}
