//! Dependency descriptors as a sender writes them.

use crate::sfu::codec::bits::Writer;

/// Spatial and temporal layer, what it is to each decode target (`-` not present, `D` discardable, `S` switch, `R` required), how far back
/// the one before is in each chain, and which frames it refers to.
pub type Template = (u8, u8, &'static str, &'static [u32], &'static [u32]);

pub struct Shape {
    pub templates: &'static [Template],
    /// The chain of each decode target.
    pub protected_by: &'static [u32],
    pub chains: u32,
}

/// Two spatial and two temporal layers; the larger is predicted from the smaller in keyframes only.
pub const L2T2_KEY: Shape = Shape {
    templates: &[
        (0, 0, "SSSS", &[0, 0], &[]),
        (0, 0, "SS--", &[4, 3], &[4]),
        (0, 1, "-D--", &[2, 1], &[2]),
        (1, 0, "--SS", &[1, 1], &[1]),
        (1, 0, "--SS", &[1, 4], &[4]),
        (1, 1, "---D", &[3, 2], &[2]),
    ],
    protected_by: &[0, 0, 1, 1],
    chains: 2,
};

/// One spatial and three temporal layers.
pub const L1T3: Shape = Shape {
    templates: &[
        (0, 0, "SSS", &[0], &[]),
        (0, 0, "SSS", &[4], &[4]),
        (0, 1, "-DS", &[2], &[2]),
        (0, 2, "--D", &[1], &[1]),
        (0, 2, "--D", &[3], &[1]),
    ],
    protected_by: &[0, 0, 0],
    chains: 1,
};

pub const OFFSET: u32 = 61;

/// One packet's: first and last of its frame, the template, the frame's number; with the structure, and the active targets.
pub fn descriptor(
    ends: (bool, bool),
    template: u32,
    frame: u16,
    structure: Option<&Shape>,
    active: Option<(u32, u32)>,
) -> Vec<u8> {
    let mut to = Writer::default();
    to.put(ends.0.into(), 1);
    to.put(ends.1.into(), 1);
    to.put((template + OFFSET) % 64, 6);
    to.put(frame.into(), 16);
    if structure.is_some() || active.is_some() {
        to.put(structure.is_some().into(), 1);
        to.put(active.is_some().into(), 1);
        to.put(0, 3);
    }
    if let Some(shape) = structure {
        write(&mut to, shape);
    }
    if let Some((mask, count)) = active {
        to.put(mask, count as usize);
    }
    to.into_bytes()
}

fn write(to: &mut Writer, shape: &Shape) {
    let targets = shape.protected_by.len() as u32;
    to.put(OFFSET, 6);
    to.put(targets - 1, 5);
    for (at, (spatial, temporal, ..)) in shape.templates.iter().enumerate() {
        let step = match shape.templates.get(at + 1) {
            None => 3,
            Some((next, ..)) if next > spatial => 2,
            Some((_, next, ..)) if next > temporal => 1,
            Some(_) => 0,
        };
        to.put(step, 2);
    }
    for (_, _, indications, ..) in shape.templates {
        indications.bytes().for_each(|one| to.put(b"-DSR".iter().position(|known| *known == one).unwrap() as u32, 2));
    }
    for (.., references) in shape.templates {
        references.iter().for_each(|back| to.put(1 << 4 | (back - 1), 5));
        to.put(0, 1);
    }
    one_of(to, shape.chains, targets + 1);
    shape.protected_by.iter().for_each(|chain| one_of(to, *chain, shape.chains));
    for (_, _, _, chains, _) in shape.templates {
        chains.iter().for_each(|back| to.put(*back, 4));
    }
    to.put(0, 1);
}

fn one_of(to: &mut Writer, value: u32, count: u32) {
    let width = count.ilog2() + 1;
    let short = (1 << width) - count;
    if value < short {
        to.put(value, width as usize - 1);
    } else {
        to.put(value + short, width as usize);
    }
}
