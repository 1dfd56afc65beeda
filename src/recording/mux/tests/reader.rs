//! Reads what a player reads, knowing nothing of how it was written. What is torn at the end is not there.

use super::Frame;

/// These are gone into; all others are taken whole.
const MASTERS: [u32; 13] = [
    0x1A45_DFA3,
    0x1853_8067,
    0x1549_A966,
    0x1654_AE6B,
    0xAE,
    0xE0,
    0xE1,
    0x1F43_B675,
    0x1C53_BB6B,
    0xBB,
    0xB7,
    0x114D_9B74,
    0x4DBB,
];

#[derive(Debug)]
struct Event<'a> {
    id: u32,
    at: usize,
    size: Option<u64>,
    body: &'a [u8],
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn next(bytes: &[u8], at: usize) -> Option<(Event<'_>, usize)> {
    let id_len = bytes.get(at)?.leading_zeros() as usize + 1;
    let id = number(bytes.get(at..at + id_len)?) as u32;
    let size_at = at + id_len;
    let size_len = bytes.get(size_at)?.leading_zeros() as usize + 1;
    let body_at = size_at + size_len;
    let ones = (1u64 << (7 * size_len)) - 1;
    let size = Some(number(bytes.get(size_at..body_at)?) & ones).filter(|size| *size != ones);
    if MASTERS.contains(&id) {
        return Some((Event { id, at, size, body: &[] }, body_at));
    }
    let end = body_at + size? as usize;
    Some((Event { id, at, size, body: bytes.get(body_at..end)? }, end))
}

#[derive(Debug, Default)]
pub struct Cluster {
    pub at: u64,
    pub at_ms: u64,
    pub size: Option<u64>,
    pub frames: usize,
}

#[derive(Debug, Default)]
pub struct Film {
    pub doc_type: String,
    pub segment_size: Option<u64>,
    /// Positions count from here.
    pub segment_at: u64,
    pub duration_ms: Option<f64>,
    pub date: i64,
    pub title: Option<String>,
    pub language: String,
    pub codec: String,
    pub private: Option<Vec<u8>>,
    pub size: (u64, u64),
    pub clusters: Vec<Cluster>,
    /// Time, and position from the file's beginning.
    pub cues: Vec<(u64, u64)>,
    /// Id, and position from the file's beginning.
    pub seeks: Vec<(u32, u64)>,
    pub frames: Vec<Frame>,
}

pub fn read(bytes: &[u8]) -> Film {
    let mut film = Film::default();
    let mut at = 0;
    while let Some((event, end)) = next(bytes, at) {
        film.take(&event, end as u64);
        at = end;
    }
    film
}

impl Film {
    fn take(&mut self, event: &Event, end: u64) {
        let text = || String::from_utf8(event.body.to_vec()).expect("text");
        match event.id {
            0x4282 => self.doc_type = text(),
            0x1853_8067 => (self.segment_size, self.segment_at) = (event.size, end),
            0x4489 => self.duration_ms = Some(f64::from_bits(number(event.body))),
            0x4461 => self.date = number(event.body) as i64,
            0x7BA9 => self.title = Some(text()),
            0x22_B59C => self.language = text(),
            0x86 => self.codec = text(),
            0x63A2 => self.private = Some(event.body.to_vec()),
            0xB0 => self.size.0 = number(event.body),
            0xBA => self.size.1 = number(event.body),
            0x53AB => self.seeks.push((number(event.body) as u32, 0)),
            0x53AC => self.seeks.last_mut().expect("an id before its position").1 = self.segment_at + number(event.body),
            0x1F43_B675 => self.clusters.push(Cluster { at: event.at as u64, size: event.size, ..Cluster::default() }),
            0xE7 => self.cluster().at_ms = number(event.body),
            0xA3 => self.block(event.body),
            0xB3 => self.cues.push((number(event.body), 0)),
            0xF1 => self.cues.last_mut().expect("a time before its position").1 = self.segment_at + number(event.body),
            _ => {}
        }
    }

    fn cluster(&mut self) -> &mut Cluster {
        self.clusters.last_mut().expect("a cluster around it")
    }

    fn block(&mut self, body: &[u8]) {
        let cluster = self.cluster();
        cluster.frames += 1;
        let within = i16::from_be_bytes([body[1], body[2]]);
        let at_ms = cluster.at_ms.checked_add_signed(within.into()).expect("time begins at zero");
        assert_eq!(body[0], 0x81, "there is one track");
        assert_eq!(body[3] & 0x7f, 0, "no lacing, nothing hidden");
        self.frames.push(Frame { at_ms, keyframe: body[3] & 0x80 != 0, data: body[4..].to_vec() });
    }
}

/// Behind the element at `at` and all that is in it.
pub fn end_of(bytes: &[u8], at: usize) -> Option<usize> {
    let (event, body) = next(bytes, at)?;
    let end = if MASTERS.contains(&event.id) { body + event.size? as usize } else { body };
    (end <= bytes.len()).then_some(end)
}
