//! When packets arrived, as transport-wide feedback says it (draft-holmer-rmcat-transport-wide-cc-extensions-01).

/// Ticks of the deltas, microseconds.
const TICK: u64 = 250;
/// Ticks in a unit of the reference time (64 ms).
const REFERENCE: u64 = 256;
/// More in one go are told in the next one.
const MOST: usize = 1000;
/// Longer holes are a new beginning.
const LONGEST_HOLE: u64 = 1000;

#[derive(Default)]
pub struct Arrivals {
    /// Number, unwrapped, and microseconds.
    waiting: Vec<(u64, u64)>,
    highest: Option<u64>,
    /// The first that the next feedback has to speak of.
    next: Option<u64>,
    count: u8,
}

impl Arrivals {
    pub fn arrived(&mut self, seq: u16, micros: u64) {
        let seq = unwrap(self.highest, seq);
        self.highest = Some(self.highest.map_or(seq, |highest| highest.max(seq)));
        self.waiting.push((seq, micros));
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The body of a feedback packet about what arrived since the last one.
    pub fn feedback(&mut self) -> Option<Vec<u8>> {
        self.waiting.sort_unstable();
        self.waiting.dedup_by_key(|(seq, _)| *seq);
        let told = self.waiting.len().min(MOST);
        let arrivals: Vec<(u64, u64)> = self.waiting.drain(..told).collect();
        let (first, last) = (arrivals.first()?.0, arrivals.last()?.0);
        let base = self.next.filter(|next| *next <= first && first - next < LONGEST_HOLE).unwrap_or(first);
        self.next = Some(last + 1);
        let mut body = Vec::with_capacity(16 + arrivals.len() * 2);
        let reference = arrivals[0].1 / TICK / REFERENCE;
        body.extend_from_slice(&(base as u16).to_be_bytes());
        body.extend_from_slice(&((last - base + 1) as u16).to_be_bytes());
        body.extend_from_slice(&(((reference & 0xff_ffff) << 8) as u32 | u32::from(self.count)).to_be_bytes());
        self.count = self.count.wrapping_add(1);
        let (symbols, deltas) = symbols(&arrivals, base, reference);
        chunks(&mut body, &symbols);
        body.extend_from_slice(&deltas);
        Some(body)
    }
}

/// 0: not received, 1: a delta of one byte, 2: of two.
fn symbols(arrivals: &[(u64, u64)], base: u64, reference: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut symbols, mut deltas) = (Vec::new(), Vec::new());
    let mut before = (reference * REFERENCE) as i64;
    for (seq, micros) in arrivals {
        symbols.resize((seq - base) as usize, 0);
        let tick = (micros / TICK) as i64;
        let delta = tick - before;
        if let Ok(small) = u8::try_from(delta) {
            symbols.push(1);
            deltas.push(small);
            before = tick;
        } else {
            // A second of silence has a delta of 4,000; what does not fit at all is told as the most there is.
            let large = delta.clamp(i64::from(i16::MIN), i64::from(i16::MAX));
            symbols.push(2);
            deltas.extend_from_slice(&(large as i16).to_be_bytes());
            before += large;
        }
    }
    (symbols, deltas)
}

fn chunks(out: &mut Vec<u8>, mut symbols: &[u8]) {
    const VECTOR: usize = 7;
    while let Some(&first) = symbols.first() {
        let run = symbols.iter().take(0x1fff).take_while(|symbol| **symbol == first).count();
        let (word, used) = if run >= VECTOR {
            (u16::from(first) << 13 | run as u16, run)
        } else {
            let used = symbols.len().min(VECTOR);
            let packed = symbols[..used].iter().enumerate();
            (packed.fold(0xc000, |word, (at, symbol)| word | u16::from(*symbol) << (12 - 2 * at)), used)
        };
        out.extend_from_slice(&word.to_be_bytes());
        symbols = &symbols[used..];
    }
}

/// The number nearest to what was seen before.
pub fn unwrap(before: Option<u64>, seq: u16) -> u64 {
    let Some(before) = before else { return u64::from(seq) + 0x1_0000 };
    let step = i64::from(seq.wrapping_sub(before as u16) as i16);
    before.saturating_add_signed(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a body back: which numbers arrived, and when in microseconds.
    fn read(body: &[u8]) -> Vec<(u16, u64)> {
        let half = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
        let (base, count) = (half(0), half(2));
        let mut tick = (u64::from(half(4)) << 8 | u64::from(body[6])) as i64 * REFERENCE as i64;
        let (mut symbols, mut at) = (Vec::new(), 8);
        while symbols.len() < count as usize {
            let word = half(at);
            at += 2;
            if word >> 15 == 0 {
                symbols.extend(std::iter::repeat_n((word >> 13) as u8 & 3, (word & 0x1fff) as usize));
            } else {
                symbols.extend((0..7).map(|place| (word >> (12 - 2 * place)) as u8 & 3));
            }
        }
        let mut arrived = Vec::new();
        for (place, symbol) in symbols.iter().take(count as usize).enumerate() {
            let delta = match symbol {
                0 => continue,
                1 => (i64::from(body[at]), 1),
                _ => (i64::from(half(at) as i16), 2),
            };
            tick += delta.0;
            at += delta.1;
            arrived.push((base.wrapping_add(place as u16), tick as u64 * TICK));
        }
        assert_eq!(at, body.len());
        arrived
    }

    #[test]
    fn tells_each_packet_and_its_time_across_losses_and_the_wrap() {
        let mut arrivals = Arrivals::default();
        let told: Vec<(u16, u64)> =
            vec![(65_533, 1_000_000), (65_534, 1_000_250), (0, 1_200_000), (1, 1_190_000), (30, 1_900_000), (31, 1_900_250)];
        for (seq, micros) in &told {
            arrivals.arrived(*seq, *micros);
        }
        assert_eq!(read(&arrivals.feedback().unwrap()), told);
        assert_eq!(arrivals.feedback(), None);
    }

    #[test]
    fn a_loss_between_two_feedbacks_is_told_by_the_second() {
        let mut arrivals = Arrivals::default();
        arrivals.arrived(10, 0);
        arrivals.feedback();
        arrivals.arrived(13, 1000);
        let body = arrivals.feedback().unwrap();
        assert_eq!((u16::from_be_bytes([body[0], body[1]]), u16::from_be_bytes([body[2], body[3]])), (11, 3));
        assert_eq!(read(&body), [(13, 1000)]);
        assert_eq!(body[7], 1, "each has its number");
    }

    #[test]
    fn long_runs_take_one_chunk() {
        let mut arrivals = Arrivals::default();
        (0..500u16).for_each(|seq| arrivals.arrived(seq, u64::from(seq) * 1000));
        let body = arrivals.feedback().unwrap();
        assert_eq!(body.len(), 8 + 2 + 500);
        assert_eq!(read(&body).len(), 500);
    }

    #[test]
    fn numbers_unwrap_both_ways() {
        assert_eq!(unwrap(None, 5), 0x1_0005);
        assert_eq!(unwrap(Some(0x1_ffff), 2), 0x2_0002);
        assert_eq!(unwrap(Some(0x2_0001), 65_535), 0x1_ffff);
    }
}
