//! AV1 payloads: the aggregation header (AV1 RTP specification, section 4.4), and the dependency descriptor where it was negotiated.

use super::{
    Entry, Marks, Unit,
    dependency::{Descriptor, Indication, Structure, Structures},
};

pub fn read(payload: &[u8], descriptor: Option<&[u8]>, structures: &mut Structures) -> Unit {
    let Some(bytes) = descriptor else { return plain(payload) };
    match (structures.read(bytes), bytes) {
        (Some(read), _) => match structures.current() {
            Some(structure) => layered(payload, &read, structure),
            None => plain(payload),
        },
        // Its structure didn't come, or comes later: it goes to everybody, with its number.
        (None, [_, high, low, ..]) => Unit { marks: Marks::Av1(u16::from_be_bytes([*high, *low])), ..plain(payload) },
        (None, _) => plain(payload),
    }
}

fn layered(payload: &[u8], read: &Descriptor, structure: &Structure) -> Unit {
    let switches = |target: &usize| read.indication(*target) == Indication::Switch;
    let target = structure.target(read.spatial, read.temporal);
    let entry = match target.filter(switches) {
        None => Entry::Never,
        Some(target) => structure.chain(target).map_or(Entry::Never, Entry::Chain),
    };
    let opens = |temporal| structure.exactly(read.spatial, temporal).is_some_and(|target| switches(&target));
    Unit {
        keyframe: read.begins && (read.structured || (read.spatial == 0 && begins_a_sequence(payload))),
        spatial: read.spatial,
        temporal: read.temporal,
        begins: read.begins,
        ends: read.ends,
        spatial_entry: entry,
        temporal_entry: target.is_some_and(|target| switches(&target)),
        opens: (read.temporal + 1..8).take_while(|temporal| opens(*temporal)).last().unwrap_or(0),
        marks: Marks::Av1(read.frame),
        structured: read.structured,
        chains: Some(read.chains),
    }
}

fn plain(payload: &[u8]) -> Unit {
    Unit { keyframe: begins_a_sequence(payload), ..Unit::default() }
}

/// The first packet of a coded video sequence, which doesn't go on with an element of the packet before it.
fn begins_a_sequence(payload: &[u8]) -> bool {
    payload.first().is_some_and(|header| header & 0x08 != 0 && header & 0x80 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_descriptor_the_header_says_where_sequences_begin() {
        for (payload, expected) in [(&[0x18][..], true), (&[0x10], false), (&[0x98], false), (&[], false)] {
            assert_eq!(read(payload, None, &mut Structures::default()).keyframe, expected, "{payload:02x?}");
        }
    }

    #[test]
    fn a_descriptor_without_its_structure_tells_the_number_alone() {
        let mut structures = Structures::default();
        let unit = read(&[0x10], Some(&[0xc1, 0x12, 0x34]), &mut structures);
        assert_eq!(unit, Unit { marks: Marks::Av1(0x1234), ..Unit::default() });
        assert_eq!(read(&[0x18], Some(&[]), &mut structures), Unit { keyframe: true, ..Unit::default() });
    }
}
