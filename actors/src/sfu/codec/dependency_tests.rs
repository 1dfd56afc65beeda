use super::*;
use crate::sfu::tests::descriptors::{L1T3, L2T2_KEY, OFFSET, descriptor};

fn structures(bytes: &[u8]) -> Structures {
    let mut structures = Structures::default();
    structures.read(bytes).expect("a whole structure");
    structures
}

#[test]
fn a_structure_and_its_templates_are_read() {
    let mut structures = Structures::default();
    assert_eq!(structures.read(&descriptor((true, true), 1, 7, None, None)), None, "no structure yet");
    let key = structures.read(&descriptor((true, false), 0, 7, Some(&L2T2_KEY), None)).unwrap();
    assert_eq!((key.begins, key.ends, key.frame, key.spatial, key.temporal, key.structured), (true, false, 7, 0, 0, true));
    assert_eq!((key.chains.count, &key.chains.back[..2]), (2, &[0, 0][..]));
    let next = structures.read(&descriptor((false, true), 5, 0xfffe, None, None)).unwrap();
    assert_eq!((next.begins, next.ends, next.frame, next.spatial, next.temporal), (false, true, 0xfffe, 1, 1));
    let all: Vec<Indication> = (0..4).map(|target| next.indication(target)).collect();
    assert_eq!(all, [Indication::NotPresent, Indication::NotPresent, Indication::NotPresent, Indication::Discardable]);
    assert_eq!(next.chains.back[..2], [3, 2]);
    assert_eq!(structures.read(&descriptor((true, true), 6, 8, None, None)), None, "there are six templates");
}

#[test]
fn targets_are_found_by_their_layers() {
    let structures = structures(&descriptor((true, true), 0, 1, Some(&L2T2_KEY), None));
    let structure = structures.current().unwrap();
    assert_eq!(structure.layers[..4], [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!((structure.target(0, 0), structure.target(1, 0), structure.target(2, 0)), (Some(0), Some(2), None));
    assert_eq!((structure.exactly(0, 1), structure.exactly(0, 2)), (Some(1), None));
    assert_eq!((structure.chain(1), structure.chain(3)), (Some(0), Some(1)));
    let active = |spatial, temporal| structure.targets(spatial, temporal).active;
    assert_eq!((active(0, 0), active(0, 7), active(1, 0), active(7, 7)), (0b1, 0b11, 0b101, 0b1111));
}

#[test]
fn what_the_source_does_not_send_is_no_target() {
    let mut structures = structures(&descriptor((true, true), 0, 1, Some(&L1T3), None));
    structures.read(&descriptor((true, true), 1, 2, None, Some((0b011, 3)))).unwrap();
    assert_eq!(structures.current().unwrap().targets(7, 7), Targets { count: 3, active: 0b011 });
}

#[test]
fn frames_are_renumbered_and_targets_said() {
    let targets = Targets { count: 4, active: 0b0011 };
    let table = [
        (descriptor((true, true), 3, 5, None, None), descriptor((true, true), 3, 900, None, Some((0b0011, 4)))),
        (
            descriptor((true, false), 0, 5, Some(&L2T2_KEY), None),
            descriptor((true, false), 0, 900, Some(&L2T2_KEY), Some((0b0011, 4))),
        ),
        (
            descriptor((true, false), 0, 5, Some(&L2T2_KEY), Some((0b0111, 4))),
            descriptor((true, false), 0, 900, Some(&L2T2_KEY), Some((0b0011, 4))),
        ),
    ];
    for (before, expected) in table {
        let patched = patch(&before, 900, Some(targets)).unwrap();
        // What is padded may be a byte longer.
        assert_eq!(patched[..expected.len()], expected);
        assert!(patched[expected.len()..].iter().all(|byte| *byte == 0));
        let mut structures = structures(&descriptor((true, true), 0, 1, Some(&L2T2_KEY), None));
        assert_eq!(structures.read(&patched).unwrap().frame, 900);
        assert_eq!(structures.current().unwrap().targets(7, 7), targets);
        assert_eq!(patch(&before, 6, None).unwrap()[3..], before[3..]);
    }
    assert_eq!(patch(&[1, 2], 3, None), None);
}

#[test]
fn what_is_broken_off_or_noise_changes_nothing() {
    let whole = descriptor((true, true), 0, 1, Some(&L2T2_KEY), Some((0b0111, 4)));
    for short in 0..whole.len() - 1 {
        let mut structures = Structures::default();
        assert!(structures.read(&whole[..short]).is_none(), "{short}");
        assert!(structures.current().is_none());
        patch(&whole[..short], 1, Some(Targets { count: 4, active: 3 }));
    }
    let mut structures = structures(&whole);
    let mut noise = 0x1234_5678_u32;
    for round in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 5 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (noise >> 8) as usize % bytes.len();
            bytes[at] ^= noise as u8;
        }
        structures.read(&bytes);
        let count = structures.current().map_or(1, |structure| structure.target_count as u8);
        patch(&bytes, 1, Some(Targets { count, active: 3 }));
        patch(&bytes, 1, Some(Targets { count: (noise >> 3) as u8, active: noise }));
    }
    const { assert!(OFFSET < 64) };
}
