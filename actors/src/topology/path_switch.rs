//! One change-over at a time: an epoch is opened, the new path comes up beside the old one, each receiver acknowledges each sender, then the
//! room commits, or rolls back and tries again later. Knows nothing of why, and sends nothing.

use super::{Times, doubled};
use crate::{
    clock::Timestamp,
    ids::ParticipantId,
    protocol::{RollbackReason, Switching, TopologyMode, TopologyReason},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PathSwitch {
    mode: TopologyMode,
    /// Of the path that media takes.
    epoch: u32,
    /// The newest that was given out.
    newest: u32,
    open: Option<Open>,
    failures: u32,
    not_before: Option<Timestamp>,
    /// Who had not got ready when the last try was rolled back.
    blockers: BTreeSet<ParticipantId>,
    /// Until when the SFU serves the path that was left.
    retiring: Option<Retiring>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    epoch: u32,
    to: TopologyMode,
    reason: TopologyReason,
    at: Timestamp,
    deadline: Timestamp,
    /// By receiver: whose media they decode on the new path.
    ready: BTreeMap<ParticipantId, BTreeSet<ParticipantId>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retiring {
    epoch: u32,
    until: Timestamp,
}

/// A receiver that does not have a sender yet.
pub type Edge = (ParticipantId, ParticipantId);

/// How a switch ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    Committed { epoch: u32, to: TopologyMode, reason: TopologyReason, took: Duration },
    RolledBack { epoch: u32, to: TopologyMode, why: RollbackReason, took: Duration, unready: Vec<Edge> },
}

impl PathSwitch {
    pub fn new(mode: TopologyMode) -> Self {
        Self { mode, epoch: 1, newest: 1, open: None, failures: 0, not_before: None, blockers: BTreeSet::new(), retiring: None }
    }

    pub fn mode(&self) -> TopologyMode {
        self.mode
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn switching(&self) -> Option<Switching> {
        self.open.as_ref().map(|open| Switching { epoch: open.epoch, to: open.to, reason: open.reason })
    }

    /// The epoch of the path through the server that is in use, comes up, or is being left.
    pub fn server_epoch(&self) -> Option<u32> {
        let coming = self.open.as_ref().filter(|open| open.to == TopologyMode::Sfu).map(|open| open.epoch);
        let present = (self.mode == TopologyMode::Sfu).then_some(self.epoch);
        coming.or(present).or(self.retiring.map(|retiring| retiring.epoch))
    }

    /// The path through the server that there still is was left: clients are closing their ends of it.
    pub fn leaves_server(&self) -> bool {
        self.mode != TopologyMode::Sfu && self.open.as_ref().is_none_or(|open| open.to != TopologyMode::Sfu)
    }

    /// May a switch be tried now?
    pub fn may_open(&self, now: Timestamp) -> bool {
        self.open.is_none() && self.not_before.is_none_or(|at| at <= now)
    }

    /// Opens an epoch; the caller has asked [`PathSwitch::may_open`].
    pub fn open(&mut self, to: TopologyMode, reason: TopologyReason, now: Timestamp, times: &Times) {
        self.newest += 1;
        self.not_before = None;
        self.blockers.clear();
        let deadline = now + Duration::from_millis(times.ready_ms);
        self.open = Some(Open { epoch: self.newest, to, reason, at: now, deadline, ready: BTreeMap::new() });
    }

    /// Somebody has come with new connections, or is back: they get their time too, to a limit. Says whether it changed anything.
    pub fn arrived(&mut self, who: ParticipantId, new_connections: bool, now: Timestamp, times: &Times) -> bool {
        let Some(open) = &mut self.open else { return false };
        let before = open.clone();
        if new_connections {
            open.forget(who);
        }
        open.gives_time(now, times);
        *open != before
    }

    /// Their edges go with them; if the last try waited for them alone, the next one need not.
    pub fn left(&mut self, who: ParticipantId) {
        if let Some(open) = &mut self.open {
            open.forget(who);
        }
        if self.blockers.remove(&who) && self.blockers.is_empty() {
            self.try_at_once();
        }
    }

    /// Nothing that failed before counts, such as when a host asks for the other path.
    pub fn try_at_once(&mut self) {
        (self.failures, self.not_before) = (0, None);
        self.blockers.clear();
    }

    /// A receiver says whom it has on the new path: all of them each time. As long as it comes up edge by edge, however slowly, it gets its
    /// time, to a limit. Says whether that is news.
    pub fn ready(
        &mut self,
        epoch: u32,
        receiver: ParticipantId,
        senders: BTreeSet<ParticipantId>,
        now: Timestamp,
        times: &Times,
    ) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.epoch == epoch) else { return false };
        let nobody = BTreeSet::new();
        let before = open.ready.get(&receiver).unwrap_or(&nobody);
        if *before == senders {
            return false;
        }
        let more = senders.iter().any(|sender| !before.contains(sender));
        open.ready.insert(receiver, senders);
        if more {
            open.gives_time(now, times);
        }
        true
    }

    /// The edges between those who are online that are not ready.
    pub fn unready(&self, online: &BTreeSet<ParticipantId>) -> Vec<Edge> {
        let Some(open) = &self.open else { return Vec::new() };
        let edges = online.iter().flat_map(|receiver| online.iter().map(move |sender| (*receiver, *sender)));
        let has = |(receiver, sender): &Edge| open.ready.get(receiver).is_some_and(|senders| senders.contains(sender));
        edges.filter(|edge| edge.0 != edge.1 && !has(edge)).collect()
    }

    /// Ends the switch if it is time: every edge is ready, or the deadline has come.
    pub fn settle(&mut self, online: &BTreeSet<ParticipantId>, now: Timestamp, times: &Times) -> Option<Ended> {
        let deadline = self.open.as_ref()?.deadline;
        // With everybody away for a moment nobody can say whether it works: that is no consent.
        if self.unready(online).is_empty() && (!online.is_empty() || deadline <= now) {
            return self.commit(now, times);
        }
        if deadline <= now { self.give_up(RollbackReason::NotReady, online, now, times) } else { None }
    }

    fn commit(&mut self, now: Timestamp, times: &Times) -> Option<Ended> {
        let open = self.open.take()?;
        let leaves_server = self.mode == TopologyMode::Sfu && open.to == TopologyMode::Mesh;
        let until = now + Duration::from_millis(times.retire_ms);
        self.retiring = leaves_server.then_some(Retiring { epoch: self.epoch, until });
        (self.mode, self.epoch) = (open.to, open.epoch);
        self.try_at_once();
        Some(Ended::Committed { epoch: open.epoch, to: open.to, reason: open.reason, took: now.since(open.at) })
    }

    /// Back to the old path. Only people who did not get ready make the next try wait.
    pub fn give_up(
        &mut self,
        why: RollbackReason,
        online: &BTreeSet<ParticipantId>,
        now: Timestamp,
        times: &Times,
    ) -> Option<Ended> {
        let unready = self.unready(online);
        let open = self.open.take()?;
        if why != RollbackReason::NotNeeded {
            self.failures += 1;
            self.not_before = Some(now + doubled(times.retry_ms, self.failures, times.retry_longest_ms));
            self.blockers = unready.iter().map(|edge| edge.0).collect();
        }
        Some(Ended::RolledBack { epoch: open.epoch, to: open.to, why, took: now.since(open.at), unready })
    }

    /// The same mode on a new path: what was there is gone.
    pub fn renew(&mut self) {
        self.newest += 1;
        self.epoch = self.newest;
    }

    /// Ends what is over by time alone. Says whether something was.
    pub fn retire(&mut self, now: Timestamp) -> bool {
        let over = self.retiring.is_some_and(|retiring| retiring.until <= now);
        if over {
            self.retiring = None;
        }
        over
    }

    /// When it wants to be asked again; `tries`: a switch is wanted and waits for its next try.
    pub fn deadline(&self, tries: bool) -> Option<Timestamp> {
        let open = self.open.as_ref().map(|open| open.deadline);
        let again = self.not_before.filter(|_| tries && self.open.is_none());
        open.into_iter().chain(again).chain(self.retiring.map(|retiring| retiring.until)).min()
    }
}

impl Open {
    fn gives_time(&mut self, now: Timestamp, times: &Times) {
        let longest = self.at + Duration::from_millis(times.ready_longest_ms);
        self.deadline = self.deadline.max(now + Duration::from_millis(times.ready_ms)).min(longest);
    }

    fn forget(&mut self, who: ParticipantId) {
        self.ready.remove(&who);
        for senders in self.ready.values_mut() {
            senders.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests;
