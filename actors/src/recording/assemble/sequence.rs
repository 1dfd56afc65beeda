//! The sequence header of AV1 (section 5.5 of the bitstream specification), and the record of it that containers keep: `av1C`.

use super::bits::Reader;

/// Of colours and how they are changed for a screen: BT.709, sRGB and none, which together mean that nothing is left out.
const RGB: [u32; 3] = [1, 13, 0];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sequence {
    /// The largest picture of it.
    pub size: (u16, u16),
    /// One picture, with headers of its own.
    pub still: bool,
    profile: u32,
    level: u32,
    tier: bool,
    colours: Colours,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Colours {
    high_bitdepth: bool,
    twelve_bit: bool,
    monochrome: bool,
    subsampling_x: bool,
    subsampling_y: bool,
    position: u32,
}

/// Of the first operating point: the one with all layers.
#[derive(Clone, Copy)]
struct Points {
    level: u32,
    tier: bool,
}

impl Sequence {
    /// None where it is cut short, or says what can't be.
    pub fn read(body: &[u8]) -> Option<Self> {
        let bits = &mut Reader::new(body);
        let profile = bits.take(3).filter(|profile| *profile < 3)?;
        let (_one_picture, still) = (bits.flag()?, bits.flag()?);
        let Points { level, tier } = if still { Points { level: bits.take(5)?, tier: false } } else { points(bits)? };
        let size = size(bits)?;
        if !still && bits.flag()? {
            // How long numbers of frames are.
            bits.take(7)?;
        }
        // Superblocks of 128, intra filters, intra edges.
        bits.take(3)?;
        if !still {
            tools(bits)?;
        }
        // Super-resolution, directional enhancement, restoration.
        bits.take(3)?;
        let colours = Colours::read(bits, profile)?;
        Some(Sequence { size, still, profile, level, tier, colours })
    }

    /// `av1C`, with the unit of the sequence header as it stands in the stream.
    pub fn record(&self, obu: &[u8]) -> Vec<u8> {
        let Colours { high_bitdepth, twelve_bit, monochrome, subsampling_x, subsampling_y, position } = self.colours;
        let flags = [self.tier, high_bitdepth, twelve_bit, monochrome, subsampling_x, subsampling_y];
        let flags = flags.iter().fold(0, |byte, flag| byte << 1 | u8::from(*flag));
        let mut record = vec![0x81, (self.profile << 5 | self.level) as u8, flags << 2 | position as u8, 0];
        record.extend_from_slice(obu);
        record
    }
}

/// Times, and the operating points, of which the first one counts.
fn points(bits: &mut Reader<'_>) -> Option<Points> {
    let mut delay_bits = None;
    if bits.flag()? {
        timing(bits)?;
        if bits.flag()? {
            delay_bits = Some(bits.take(5)? as usize + 1);
            bits.take(32)?;
            bits.take(10)?;
        }
    }
    let delays_shown = bits.flag()?;
    let count = bits.take(5)? + 1;
    let mut first = None;
    for _ in 0..count {
        bits.take(12)?;
        let level = bits.take(5)?;
        let tier = level > 7 && bits.flag()?;
        if let Some(width) = delay_bits
            && bits.flag()?
        {
            bits.take(width)?;
            bits.take(width)?;
            bits.flag()?;
        }
        if delays_shown && bits.flag()? {
            bits.take(4)?;
        }
        first.get_or_insert(Points { level, tier });
    }
    first
}

fn timing(bits: &mut Reader<'_>) -> Option<()> {
    bits.take(32)?;
    bits.take(32)?;
    if bits.flag()? {
        // As long as it has zeros in front.
        let mut zeros = 0;
        while !bits.flag()? {
            zeros += 1;
        }
        if zeros < 32 {
            bits.take(zeros)?;
        }
    }
    Some(())
}

fn size(bits: &mut Reader<'_>) -> Option<(u16, u16)> {
    let (across, down) = (bits.take(4)? as usize + 1, bits.take(4)? as usize + 1);
    let mut pixels = |width| bits.take(width).and_then(|less_one| u16::try_from(less_one + 1).ok());
    Some((pixels(across)?, pixels(down)?))
}

fn tools(bits: &mut Reader<'_>) -> Option<()> {
    // Compounds of inter and intra, masks, warps, filters of two directions.
    bits.take(4)?;
    let order_hints = bits.flag()?;
    if order_hints {
        bits.take(2)?;
    }
    let screen_content = if bits.flag()? { true } else { bits.flag()? };
    // Whole pixels alone: chosen by the frame, or said here.
    if screen_content && !bits.flag()? {
        bits.flag()?;
    }
    if order_hints {
        bits.take(3)?;
    }
    Some(())
}

impl Colours {
    fn read(bits: &mut Reader<'_>, profile: u32) -> Option<Self> {
        let high_bitdepth = bits.flag()?;
        let twelve_bit = profile == 2 && high_bitdepth && bits.flag()?;
        let monochrome = profile != 1 && bits.flag()?;
        let mut described = [2; 3];
        if bits.flag()? {
            for one in &mut described {
                *one = bits.take(8)?;
            }
        }
        let plain = Colours { high_bitdepth, twelve_bit, monochrome, ..Colours::default() };
        if !monochrome && described == RGB {
            return Some(plain);
        }
        // Its range.
        bits.flag()?;
        let (subsampling_x, subsampling_y) = match profile {
            _ if monochrome => return Some(Colours { subsampling_x: true, subsampling_y: true, ..plain }),
            0 => (true, true),
            1 => (false, false),
            _ if twelve_bit => {
                let across = bits.flag()?;
                (across, across && bits.flag()?)
            }
            _ => (true, false),
        };
        let position = if subsampling_x && subsampling_y { bits.take(2)? } else { 0 };
        Some(Colours { subsampling_x, subsampling_y, position, ..plain })
    }
}

#[cfg(test)]
pub mod tests {
    use super::{super::bits::Writer, *};

    fn written(fields: &[(u32, usize)]) -> Vec<u8> {
        let mut writer = Writer::default();
        fields.iter().for_each(|(value, width)| writer.put(*value, *width));
        writer.into_bytes()
    }

    /// The main profile at level 8, 8 bits, 4:2:0: the body of a unit.
    pub fn main(width: u32, height: u32) -> Vec<u8> {
        written(&[
            (0, 5),
            // No times, no delays, one operating point.
            (0, 2),
            (0, 5),
            (0, 12),
            (8, 5),
            (0, 1),
            (15, 4),
            (15, 4),
            (width - 1, 16),
            (height - 1, 16),
            (0, 1),
            (0b011, 3),
            // Tools, order hints of seven bits, screen content and whole pixels by the frame.
            (0b0111, 4),
            (0b100, 3),
            (1, 1),
            (1, 1),
            (6, 3),
            (0b011, 3),
            // Colours: as usual, at position 1.
            (0, 4),
            (1, 2),
            (0b01, 2),
        ])
    }

    #[test]
    fn the_usual_one_is_read_and_recorded() {
        let body = main(1280, 720);
        let sequence = Sequence::read(&body).unwrap();
        assert_eq!((sequence.size, sequence.still), ((1280, 720), false));
        assert_eq!(sequence.record(&[9, 9]), [0x81, 0x08, 0x0d, 0, 9, 9]);
        for short in 0..body.len() - 1 {
            assert_eq!(Sequence::read(&body[..short]), None, "{short}");
        }
        assert_eq!(Sequence::read(&main(65_536, 2)), None, "wider than a file can say");
    }

    #[test]
    fn times_delays_and_points_are_passed_over() {
        let body = written(&[
            (2, 3),
            (0, 2),
            // Times, with ticks of a number of three bits, and a model of the decoder with delays of five.
            (1, 1),
            (1, 32),
            (90_000, 32),
            (1, 1),
            (0b00101, 5),
            (1, 1),
            (4, 5),
            (1_000, 32),
            (0x155, 10),
            (1, 1),
            // Two operating points.
            (1, 5),
            (0x101, 12),
            (13, 5),
            (1, 1),
            (1, 1),
            (3, 5),
            (4, 5),
            (0, 1),
            (1, 1),
            (9, 4),
            (0x100, 12),
            (5, 5),
            (0, 1),
            (0, 1),
            (9, 4),
            (8, 4),
            (639, 10),
            (359, 9),
            // Numbers of frames.
            (1, 1),
            (0x55, 7),
            (0, 3),
            // No order hints; screen content said here, and none of it.
            (0, 4),
            (0, 1),
            (0, 1),
            (0, 1),
            (0, 3),
            // Twelve bits, 4:2:2, described.
            (0b11, 2),
            (0, 1),
            (1, 1),
            (9, 8),
            (16, 8),
            (9, 8),
            (1, 1),
            (0b10, 2),
            (0, 2),
        ]);
        let sequence = Sequence::read(&body).unwrap();
        assert_eq!((sequence.size, sequence.still), ((640, 360), false));
        assert_eq!(sequence.record(&[]), [0x81, 0x4d, 0b1110_1000, 0]);
    }

    #[test]
    fn still_and_colourless_pictures_are_read() {
        let still = |profile, colours: &[(u32, usize)]| {
            let start = [(profile, 3), (0b11, 2), (4, 5), (6, 4), (6, 4), (99, 7), (49, 7), (0, 3), (0, 3)];
            written(&[&start[..], colours].concat())
        };
        type Row = (u32, &'static [(u32, usize)], u8);
        let table: &[Row] = &[
            (0, &[(0b010, 3), (0, 1), (0, 1)], 0b0001_1100),
            (1, &[(0b10, 2), (0, 1)], 0b0100_0000),
            (1, &[(0b01, 2), (1, 8), (13, 8), (0, 8)], 0),
            (2, &[(0b000, 3), (0, 1)], 0b0000_1000),
        ];
        for (profile, colours, flags) in table {
            let sequence = Sequence::read(&still(*profile, colours)).unwrap();
            assert_eq!((sequence.size, sequence.still), ((100, 50), true));
            assert_eq!(sequence.record(&[]), [0x81, (*profile << 5) as u8 | 4, *flags, 0]);
        }
        assert_eq!(Sequence::read(&still(3, &[(0, 8)])), None, "there are three profiles");
    }
}
