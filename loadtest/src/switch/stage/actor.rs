//! One person's microphone and cameras. What they make goes out on every connection that the person sends on, with the same
//! numbers everywhere, as two encoders of one picture would.

use std::time::Instant;

use super::{Role, Who};
use crate::measure::clock::{Clock, Micros};
use crate::media::driver::{PeerId, Peers};
use crate::media::peer::Content;
use crate::media::source::Sink;
use crate::media::source::camera::{Camera, Encoding};
use crate::media::source::mic::Mic;

/// M-lines of everything that sends.
const MICROPHONE: usize = 0;
const CAMERA: usize = 1;
const AUDIO_BYTES: usize = 80;
const AUDIO_LEVEL: u8 = 30;

/// What a person sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub fps: f64,
    /// To another person; `None`: no camera.
    pub mesh: Option<Encoding>,
    /// To the server, from the smallest.
    pub server: Vec<Encoding>,
}

/// A connection that the person sends on.
pub struct Outlet {
    pub peer: PeerId,
    pub epoch: u32,
    pub role: Role,
    pub open: bool,
}

pub struct Actor {
    mic: Mic,
    /// By role: what people get, and what the server gets.
    cameras: Option<(Camera, Camera)>,
    pub muted: bool,
    video: bool,
    pub outlets: Vec<Outlet>,
}

impl Actor {
    pub fn new(who: Who, plan: &Plan, now: Instant) -> Self {
        let camera = |encodings: &[Encoding]| Camera::new(who * 2 + 1, plan.fps, encodings, false, now);
        let cameras = plan.mesh.map(|mesh| (camera(&[mesh]), camera(&plan.server)));
        let mic = Mic::new(who * 2, AUDIO_BYTES, AUDIO_LEVEL, now);
        Self { mic, cameras, muted: true, video: false, outlets: Vec::new() }
    }

    /// Which of both changed: sound, picture.
    pub fn state(&mut self, muted: bool, video: bool) -> (bool, bool) {
        let changed = (self.muted != muted, self.video != video);
        (self.muted, self.video) = (muted, video);
        if changed.1 && video {
            self.want_keyframe(Role::Mesh, 0);
            (0..3).for_each(|layer| self.want_keyframe(Role::Publish, layer));
        }
        changed
    }

    pub fn shows(&self) -> bool {
        self.video && self.cameras.is_some()
    }

    pub fn opened(&mut self, peer: PeerId) {
        let Some(outlet) = self.outlets.iter_mut().find(|outlet| outlet.peer == peer) else { return };
        outlet.open = true;
        let role = outlet.role;
        (0..3).for_each(|layer| self.want_keyframe(role, layer));
    }

    pub fn want_keyframe(&mut self, role: Role, layer: usize) {
        match (role, self.cameras.as_mut()) {
            (Role::Mesh, Some((mesh, _))) => mesh.want_keyframe(layer),
            (Role::Publish, Some((_, server))) => server.want_keyframe(layer),
            _ => {}
        }
    }

    pub fn want_layers(&mut self, wanted: [bool; 3]) {
        if let Some((_, server)) = self.cameras.as_mut() {
            server.want_layers(|layer| wanted.get(layer).copied().unwrap_or(true));
        }
    }

    /// When something is due; cameras without anybody to send to don't run.
    pub fn next(&self) -> Option<Instant> {
        let cameras = self.cameras.iter().flat_map(|(mesh, server)| [(Role::Mesh, mesh), (Role::Publish, server)]);
        let running = cameras.filter(|(role, _)| self.sends(*role)).map(|(_, camera)| camera.next());
        running.chain([self.mic.next()]).min()
    }

    fn sends(&self, role: Role) -> bool {
        self.outlets.iter().any(|outlet| outlet.open && outlet.role == role)
    }

    pub fn run(&mut self, peers: &mut Peers, now: Instant, clock: Clock) {
        let (mesh, server) = (self.sends(Role::Mesh), self.sends(Role::Publish));
        let mut fan = Fan { peers, outlets: &self.outlets, role: None, line: MICROPHONE, silent: self.muted, now, clock };
        if self.mic.next() <= now {
            self.mic.run(now, &mut fan);
        }
        fan.line = CAMERA;
        fan.silent = !self.video;
        let Some((to_people, to_server)) = self.cameras.as_mut() else { return };
        for (role, camera, runs) in [(Role::Mesh, to_people, mesh), (Role::Publish, to_server, server)] {
            if runs && camera.next() <= now {
                fan.role = Some(role);
                camera.run(now, &mut fan);
            }
        }
    }
}

/// Everybody who gets it.
struct Fan<'a> {
    peers: &'a mut Peers,
    outlets: &'a [Outlet],
    /// `None`: all.
    role: Option<Role>,
    line: usize,
    /// It is made, and nobody gets it.
    silent: bool,
    now: Instant,
    clock: Clock,
}

impl Sink for Fan<'_> {
    fn now(&self) -> Micros {
        self.clock.now()
    }

    fn send(&mut self, layer: usize, timestamp: u32, marker: bool, audio_level: Option<(u8, bool)>, payload: &[u8]) {
        if self.silent {
            return;
        }
        for outlet in self.outlets.iter().filter(|outlet| outlet.open && self.role.is_none_or(|role| role == outlet.role)) {
            if let Some(peer) = self.peers.get(outlet.peer) {
                peer.write(self.now, self.line, layer, Content { timestamp, marker, audio_level, payload });
            }
        }
    }
}
