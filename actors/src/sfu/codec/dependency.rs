//! The dependency descriptor, AV1 RTP specification, appendix A: which layers a frame belongs to, for whom it is needed, and whether what
//! it builds on is there. Frames name a template of the structure that came with the last keyframe.

use super::bits::{Reader, Writer};

/// Chains beyond these are not followed: their targets are entered at keyframes only.
const MAX_CHAINS: usize = 8;
const MAX_TARGETS: usize = 32;
const MANDATORY_BITS: usize = 24;
/// Structure, active targets, custom targets, custom references, custom chains.
const FLAG_BITS: usize = 5;

/// What a frame is to a decode target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Indication {
    NotPresent,
    Discardable,
    /// Who has the target's chain may go over to it with this frame.
    Switch,
    Required,
}

/// How far back the frame before this one is in each chain; 0: the chain begins here, or there is no such chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Chains {
    pub count: u8,
    pub back: [u8; MAX_CHAINS],
}

/// One packet's descriptor, with what its template says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Descriptor {
    pub begins: bool,
    pub ends: bool,
    pub frame: u16,
    pub spatial: u8,
    pub temporal: u8,
    /// Two bits a decode target, the first in the lowest.
    indications: u64,
    pub chains: Chains,
    /// A new structure came with it.
    pub structured: bool,
}

impl Descriptor {
    pub fn indication(&self, target: usize) -> Indication {
        indication(self.indications, target)
    }
}

fn indication(all: u64, target: usize) -> Indication {
    match all >> (2 * target.min(MAX_TARGETS - 1)) & 3 {
        0 => Indication::NotPresent,
        1 => Indication::Discardable,
        2 => Indication::Switch,
        _ => Indication::Required,
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Template {
    spatial: u8,
    temporal: u8,
    indications: u64,
    chains: Chains,
}

/// Decode targets of a source: a mask with a bit a target, the first in the lowest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Targets {
    pub count: u8,
    pub active: u32,
}

/// A structure as the last keyframe had it.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    offset: u8,
    templates: Vec<Template>,
    target_count: usize,
    chain_count: usize,
    protected_by: [u8; MAX_TARGETS],
    /// The highest spatial and temporal layer of each target.
    layers: [(u8, u8); MAX_TARGETS],
    /// What the source says that it sends.
    active: u32,
}

/// The structure in force for an encoding; none before its first keyframe.
#[derive(Clone, Debug, Default)]
pub struct Structures(Option<Box<Structure>>);

impl Structures {
    pub fn current(&self) -> Option<&Structure> {
        self.0.as_deref()
    }

    /// None when it is broken off, or names a template that isn't there. A structure is taken over only from a descriptor that is whole.
    pub fn read(&mut self, bytes: &[u8]) -> Option<Descriptor> {
        let mut bits = Reader::new(bytes);
        let (begins, ends) = (bits.flag()?, bits.flag()?);
        let (template, frame) = (bits.take(6)? as u8, bits.take(16)? as u16);
        let flags = Flags::read(&mut bits, bytes)?;
        let new = if flags.structure { Some(Structure::read(&mut bits)?) } else { None };
        let known = new.as_ref().or(self.0.as_deref())?;
        let active = if flags.active { Some(bits.take(known.target_count)?) } else { None };
        let mut template = *known.templates.get(usize::from(template.wrapping_sub(known.offset) & 63))?;
        if flags.indications {
            template.indications = read_indications(&mut bits, known.target_count)?;
        }
        if flags.references {
            loop {
                match bits.take(2)? {
                    0 => break,
                    size => bits.take(4 * size as usize)?,
                };
            }
        }
        if flags.chains {
            template.chains = read_chains(&mut bits, known.chain_count, 8)?;
        }
        if let Some(new) = new {
            self.0 = Some(Box::new(new));
        }
        if let (Some(active), Some(known)) = (active, &mut self.0) {
            known.active = active;
        }
        let Template { spatial, temporal, indications, chains } = template;
        Some(Descriptor { begins, ends, frame, spatial, temporal, indications, chains, structured: flags.structure })
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    structure: bool,
    active: bool,
    indications: bool,
    references: bool,
    chains: bool,
}

impl Flags {
    /// A descriptor of the three mandatory bytes has none of them.
    fn read(bits: &mut Reader<'_>, bytes: &[u8]) -> Option<Flags> {
        if bytes.len() * 8 <= MANDATORY_BITS {
            return Some(Flags::default());
        }
        Some(Flags {
            structure: bits.flag()?,
            active: bits.flag()?,
            indications: bits.flag()?,
            references: bits.flag()?,
            chains: bits.flag()?,
        })
    }
}

fn read_indications(bits: &mut Reader<'_>, targets: usize) -> Option<u64> {
    (0..targets).try_fold(0, |all, target| Some(all | u64::from(bits.take(2)?) << (2 * target)))
}

fn read_chains(bits: &mut Reader<'_>, count: usize, width: usize) -> Option<Chains> {
    let mut chains = Chains { count: count.min(MAX_CHAINS) as u8, ..Chains::default() };
    for chain in 0..count {
        let back = bits.take(width)? as u8;
        if let Some(place) = chains.back.get_mut(chain) {
            *place = back;
        }
    }
    Some(chains)
}

impl Structure {
    fn read(bits: &mut Reader<'_>) -> Option<Structure> {
        let offset = bits.take(6)? as u8;
        let target_count = bits.take(5)? as usize + 1;
        let mut new = Structure { offset, target_count, ..Structure::default() };
        new.read_layers(bits)?;
        for template in &mut new.templates {
            template.indications = read_indications(bits, target_count)?;
        }
        for _ in &new.templates {
            while bits.flag()? {
                bits.take(4)?;
            }
        }
        new.read_chains(bits)?;
        if bits.flag()? {
            let spatial = new.templates.last().map_or(0, |template| template.spatial);
            (0..=spatial).try_for_each(|_| bits.take(32).map(|_| ()))?;
        }
        new.find_layers();
        new.active = new.all();
        Some(new)
    }

    /// Templates in the order of their layers: after each, whether the next has the same ones, a temporal more, or a spatial more.
    fn read_layers(&mut self, bits: &mut Reader<'_>) -> Option<()> {
        let (mut spatial, mut temporal) = (0u8, 0u8);
        loop {
            if self.templates.len() == 64 {
                return None;
            }
            self.templates.push(Template { spatial, temporal, ..Template::default() });
            match bits.take(2)? {
                0 => {}
                1 => temporal = temporal.saturating_add(1),
                2 => (spatial, temporal) = (spatial.saturating_add(1), 0),
                _ => return Some(()),
            }
        }
    }

    fn read_chains(&mut self, bits: &mut Reader<'_>) -> Option<()> {
        self.chain_count = bits.one_of(self.target_count as u32 + 1)? as usize;
        if self.chain_count == 0 {
            return Some(());
        }
        for target in 0..self.target_count {
            self.protected_by[target] = bits.one_of(self.chain_count as u32)? as u8;
        }
        for template in &mut self.templates {
            template.chains = read_chains(bits, self.chain_count, 4)?;
        }
        Some(())
    }

    fn find_layers(&mut self) {
        for (target, layers) in self.layers.iter_mut().enumerate().take(self.target_count) {
            let present = self.templates.iter().filter(|one| indication(one.indications, target) != Indication::NotPresent);
            *layers = present.fold((0, 0), |(s, t), one| (s.max(one.spatial), t.max(one.temporal)));
        }
    }

    fn all(&self) -> u32 {
        u32::MAX >> (MAX_TARGETS - self.target_count)
    }

    /// The smallest target that has these layers.
    pub fn target(&self, spatial: u8, temporal: u8) -> Option<usize> {
        let has = |target: &usize| self.layers[*target].0 >= spatial && self.layers[*target].1 >= temporal;
        (0..self.target_count).filter(has).min_by_key(|target| self.layers[*target])
    }

    /// The target of exactly these layers.
    pub fn exactly(&self, spatial: u8, temporal: u8) -> Option<usize> {
        (0..self.target_count).find(|target| self.layers[*target] == (spatial, temporal))
    }

    /// The chain that keeps a target whole, if there is one that is followed.
    pub fn chain(&self, target: usize) -> Option<u8> {
        let chain = *self.protected_by.get(target)?;
        (usize::from(chain) < self.chain_count.min(MAX_CHAINS)).then_some(chain)
    }

    /// Those that the source sends and that need no layers above these.
    pub fn targets(&self, spatial: u8, temporal: u8) -> Targets {
        let fits = |target: &usize| self.layers[*target].0 <= spatial && self.layers[*target].1 <= temporal;
        let mask = (0..self.target_count).filter(fits).fold(0, |mask, target| mask | 1 << target);
        Targets { count: self.target_count as u8, active: mask & self.active }
    }

    /// All of them, and all active: what a new structure says by itself.
    pub fn is_everything(&self, targets: Targets) -> bool {
        targets.active == self.all()
    }
}

/// The same descriptor with another frame number, and with these decode targets said to be active. None when it is broken off.
pub fn patch(bytes: &[u8], frame: u16, targets: Option<Targets>) -> Option<Vec<u8>> {
    let mut patched = bytes.to_vec();
    patched.get_mut(1..3)?.copy_from_slice(&frame.to_be_bytes());
    let Some(Targets { count, active }) = targets.filter(|targets| (1..=MAX_TARGETS as u8).contains(&targets.count)) else {
        return Some(patched);
    };
    let mut from = Reader::new(&patched);
    let mut to = Writer::default();
    to.copy(&mut from, MANDATORY_BITS)?;
    let flags = Flags::read(&mut from, &patched)?;
    for flag in [flags.structure, true, flags.indications, flags.references, flags.chains] {
        to.put(flag.into(), 1);
    }
    if flags.structure {
        let mut end = from;
        Structure::read(&mut end)?;
        to.copy(&mut from, end.at() - (MANDATORY_BITS + FLAG_BITS))?;
    }
    if flags.active {
        from.take(count.into())?;
    }
    to.put(active, count.into());
    let rest = from.left();
    to.copy(&mut from, rest)?;
    Some(to.into_bytes())
}

#[cfg(test)]
#[path = "dependency_tests.rs"]
mod tests;
