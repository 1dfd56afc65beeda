//! Which way media takes: the policy's answer and the switch, at the end of each turn on which they may depend.

use super::{
    CommandResult, Effect, Input,
    rules::Rules,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{
        CommandError, RollbackReason, ServerEvent, Settings, Switching, Topology, TopologyMode, TopologyReason,
        client::{PeerStats, TopologyReady},
        room::TopologyChoice,
    },
    topology::{self, Ended, Facts, Needs, PathSwitch, Wanted, hysteresis::Situation},
};
use std::collections::BTreeSet;

/// More than there can be in a room.
const EDGES_MAX: usize = 1_000;

/// The path of a session that was kept before there were others.
pub(super) fn a_mesh() -> PathSwitch {
    PathSwitch::new(TopologyMode::Mesh)
}

/// With nobody there, the path is the wanted one at once.
pub(super) fn at_opening(settings: &Settings, rules: &Rules) -> (PathSwitch, Topology) {
    let wanted = topology::decide(&facts(0, settings, rules, None, Needs::default()));
    let path = PathSwitch::new(wanted.mode);
    let topology = shown(&path, wanted, wanted.reason);
    (path, topology)
}

fn facts(count: usize, settings: &Settings, rules: &Rules, mesh_problem: Option<TopologyReason>, needs: Needs) -> Facts {
    Facts {
        count,
        choice: settings.topology,
        mesh_limit: settings.mesh_limit,
        sfu_available: rules.sfu_available,
        mesh_problem,
        needs,
    }
}

/// As clients see it. `before` is the reason of the path that is there, which holds while another one comes up.
fn shown(path: &PathSwitch, wanted: Wanted, before: TopologyReason) -> Topology {
    let switching = path.switching();
    let elsewhere = (wanted.mode != path.mode() && switching.is_none()).then_some(wanted.mode);
    Topology {
        mode: path.mode(),
        epoch: path.epoch(),
        reason: if switching.is_some() { before } else { wanted.reason },
        wanted: wanted.missed.or(elsewhere),
        switching,
    }
}

/// What a client that knew `topology` knows after `event`.
pub(super) fn topology_after(topology: Topology, event: &ServerEvent) -> Topology {
    match event {
        ServerEvent::TopologyUpdated { topology } => *topology,
        ServerEvent::TopologySwitching { epoch, to, reason } => {
            Topology { switching: Some(Switching { epoch: *epoch, to: *to, reason: *reason }), ..topology }
        }
        ServerEvent::TopologySwitched { epoch, mode } => {
            let reason = topology.switching.map_or(topology.reason, |switching| switching.reason);
            Topology { mode: *mode, epoch: *epoch, reason, wanted: None, switching: None }
        }
        ServerEvent::TopologyRolledBack { .. } => Topology { switching: None, ..topology },
        _ => topology,
    }
}

impl RoomState {
    /// Opens a switch that is wanted, ends one that is ready, over time or not wanted any more, and tells what is new.
    pub(super) fn settle_path(&mut self, turn: &mut Turn) {
        let (now, times) = (turn.now, self.rules.topology);
        let before = (self.path.clone(), self.hysteresis.clone());
        let members = &self.members;
        self.hysteresis.forgive(|id| members.contains_key(id), now);
        self.path.retire(now);
        let wanted = self.wanted_path(now);
        let mut news = Vec::new();
        if self.path.switching().is_some_and(|switching| switching.to != wanted.mode) {
            let ended = self.path.give_up(RollbackReason::NotNeeded, &self.online_members(), now, &times);
            news.extend(ended.map(|ended| self.switch_ended(ended, turn)));
        }
        if wanted.mode != self.path.mode() && self.path.may_open(now) {
            self.path.open(wanted.mode, wanted.reason, now, &times);
            let switching = self.path.switching();
            news.extend(switching.map(|Switching { epoch, to, reason }| ServerEvent::TopologySwitching { epoch, to, reason }));
        }
        if let Some(ended) = self.path.settle(&self.online_members(), now, &times) {
            news.push(self.switch_ended(ended, turn));
        }
        if before != (self.path.clone(), self.hysteresis.clone()) {
            turn.changed();
        }
        let topology = shown(&self.path, wanted, self.topology.reason);
        self.tell_topology(topology, news, turn);
    }

    fn wanted_path(&mut self, now: Timestamp) -> Wanted {
        let (count, settings, rules) = (self.members.len(), &self.record.settings, &self.rules);
        let few_links = self.members.values().any(|member| member.claims.few_links);
        let mesh_limit = topology::devices::mesh_limit(settings.mesh_limit, few_links);
        let too_many = (count > mesh_limit as usize).then_some(TopologyReason::Cpu);
        let problem = self.hysteresis.mesh_problem().or(too_many);
        let wanted = topology::decide(&facts(count, settings, rules, problem, Needs { whole: self.needs_whole }));
        let situation = Situation {
            current: self.path.mode(),
            count,
            mesh_limit,
            choice: settings.topology,
            sfu_available: rules.sfu_available,
        };
        self.hysteresis.hold(wanted, situation, now, &rules.topology)
    }

    fn switch_ended(&mut self, ended: Ended, turn: &mut Turn) -> ServerEvent {
        let event = match &ended {
            Ended::Committed { epoch, to, .. } => ServerEvent::TopologySwitched { epoch: *epoch, mode: *to },
            Ended::RolledBack { epoch, why, .. } => ServerEvent::TopologyRolledBack { epoch: *epoch, reason: *why },
        };
        self.transient.signals.clear();
        turn.effect(Effect::SwitchEnded(ended));
        event
    }

    /// The events make a client know what is so; where they don't say all, the whole follows.
    fn tell_topology(&mut self, topology: Topology, news: Vec<ServerEvent>, turn: &mut Turn) {
        let told = news.iter().fold(self.topology, topology_after);
        let everyone = self.everyone();
        for event in news {
            turn.deliver(everyone.clone(), event);
        }
        if told != topology {
            turn.deliver(everyone, ServerEvent::TopologyUpdated { topology });
        }
        if self.topology != topology {
            self.topology = topology;
            turn.changed();
        }
    }

    pub(super) fn path_deadline(&self) -> Option<Timestamp> {
        let topology = &self.topology;
        let coming = topology.switching.map(|switching| switching.to).or(topology.wanted);
        let tries = self.rules.sfu_available && topology.wanted.is_some_and(|mode| mode != topology.mode);
        let held = self.hysteresis.deadline(coming.unwrap_or(topology.mode), &self.rules.topology);
        self.path.deadline(tries).into_iter().chain(held).min()
    }

    fn online_members(&self) -> BTreeSet<ParticipantId> {
        self.members.iter().filter(|(_, member)| member.online()).map(|(id, _)| *id).collect()
    }

    /// Somebody is there with new connections, or back with those they had.
    pub(super) fn path_of_arrival(&mut self, id: ParticipantId, new_connections: bool, turn: &mut Turn) {
        turn.path = true;
        if self.path.arrived(id, new_connections, turn.now, &self.rules.topology) {
            turn.changed();
        }
    }

    pub(super) fn topology_ready(&mut self, from: ParticipantId, command: &TopologyReady, turn: &mut Turn) -> CommandResult {
        self.media_available()?;
        if command.edges.len() > EDGES_MAX {
            return Err(CommandError::too_long("edges", EDGES_MAX));
        }
        let here = |id: &&ParticipantId| **id != from && self.members.contains_key(*id);
        let senders = command.edges.iter().filter(here).copied().collect();
        if self.path.ready(command.epoch, from, senders, turn.now, &self.rules.topology) {
            turn.changed();
            turn.path = true;
        }
        done()
    }

    /// Does what this member measures mean that the mesh fails? That is concluded in an input of its own: measurements are in no journal.
    pub(super) fn judge_mesh(&mut self, from: ParticipantId, peers: &[PeerStats], cpu_limited: bool, turn: &mut Turn) {
        let judged = self.path.mode() == TopologyMode::Mesh && self.path.switching().is_none();
        let counts = self.rules.sfu_available && self.record.settings.topology == TopologyChoice::Auto;
        if !judged || !counts || self.hysteresis.mesh_problem().is_some() {
            return;
        }
        let tapped = self.transient.taps.burdens(from);
        if let Some(fails) = self.transient.signals.report(from, peers, tapped, cpu_limited, turn.now) {
            turn.effect(Effect::Conclude(Input::MeshFails { reason: fails.reason, blamed: fails.blamed }));
        }
    }

    pub(super) fn mesh_fails(&mut self, reason: TopologyReason, blamed: &[ParticipantId], turn: &mut Turn) -> CommandResult {
        if self.hysteresis.mesh_problem().is_none() {
            self.hysteresis.mesh_failed(reason, blamed, turn.now, &self.rules.topology);
            self.transient.signals.clear();
            turn.path = true;
            turn.changed();
        }
        done()
    }

    /// What was on the server is gone: a switch to it is given up, and a room that was on it gets a new path there.
    pub(super) fn media_failed(&mut self, turn: &mut Turn) -> CommandResult {
        self.forget_media();
        self.forget_taps(turn);
        if let Some(switching) = self.path.switching() {
            let to_server = switching.to == TopologyMode::Sfu;
            let why = if to_server { RollbackReason::MediaFailed } else { RollbackReason::NotNeeded };
            let ended = self.path.give_up(why, &self.online_members(), turn.now, &self.rules.topology);
            if let Some(ended) = ended {
                let event = self.switch_ended(ended, turn);
                self.tell_topology(Topology { switching: None, ..self.topology }, vec![event], turn);
            }
            turn.changed();
        }
        if self.path.mode() == TopologyMode::Sfu {
            self.path.renew();
            turn.changed();
        }
        turn.path = true;
        done()
    }

    /// Nobody hears of it: whoever comes back gets a snapshot.
    pub(super) fn path_after_restart(&mut self, sfu_available: Option<bool>, turn: &mut Turn) {
        if let Some(available) = sfu_available.filter(|available| *available != self.rules.sfu_available) {
            self.rules.sfu_available = available;
            turn.changed();
        }
        // What needed media has ended with the process, and says so anew.
        if self.needs_whole.take().is_some() {
            turn.changed();
        }
        let (now, times) = (turn.now, self.rules.topology);
        if self.path.give_up(RollbackReason::NotNeeded, &BTreeSet::new(), now, &times).is_some() {
            self.topology.switching = None;
            turn.changed();
        }
        if self.path.mode() == TopologyMode::Sfu {
            self.path.renew();
            turn.changed();
        }
        turn.path = true;
    }
}
