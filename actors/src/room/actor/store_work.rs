//! What the room keeps, and what it does when the store can't.

use super::Room;
use crate::{
    clock::Timestamp,
    ids::{Identity, RoomId},
    ports::{AuditEntry, JournalEntry, QualityPoint, SessionSummary, Snapshot, StoreError},
    protocol::EndReason,
    room::replay,
};
use actix::prelude::*;
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Between two attempts at something that must be kept.
const RETRY: Duration = Duration::from_millis(250);

impl Room {
    /// Tries until the entry is kept; what depends on it waits. After a failure nothing overtakes: all that waits is sent again in order.
    pub(super) fn append(&mut self, entry: Arc<JournalEntry>, ctx: &mut Context<Self>) {
        if self.stalled {
            return;
        }
        let kept = self.setup.store.append((*entry).clone());
        ctx.spawn(kept.into_actor(self).map(move |result, room, ctx| match result {
            Ok(()) => room.committed(entry.seq, ctx),
            Err(error) => room.stall(&error, ctx),
        }));
    }

    fn stall(&mut self, error: &StoreError, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.stalled, true) {
            return;
        }
        tracing::warn!(room = %self.room_id().short(), %error, "the journal could not be kept; trying again");
        metrics::counter!("greenroom_store_retries_total").increment(1);
        ctx.run_later(RETRY, |room, ctx| {
            room.stalled = false;
            for entry in room.pending.entries() {
                room.append(entry, ctx);
            }
        });
    }

    pub(super) fn start_session(&mut self, id: RoomId, at: Timestamp, ctx: &mut Context<Self>) {
        let kept = self.setup.store.start_session(id, self.state.session(), at);
        ctx.spawn(kept.into_actor(self).map(move |result, _, ctx| {
            if matches!(&result, Err(error) if *error != StoreError::Conflict) {
                ctx.run_later(RETRY, move |room, ctx| room.start_session(id, at, ctx));
            }
        }));
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        replay::snapshot(&self.state, self.seq)
    }

    /// Only shortens the way back after a crash: a failure is logged, the journal has everything.
    pub(super) fn save_snapshot(&mut self, ctx: &mut Context<Self>) {
        self.snapshot_seq = self.seq;
        let kept = self.setup.store.save_snapshot(self.snapshot());
        self.log_failure(kept, "snapshot", ctx);
    }

    /// The session is over when that is kept; then the actor stops.
    pub(super) fn end_session(&mut self, reason: EndReason, summary: SessionSummary, ctx: &mut Context<Self>) {
        let now = self.setup.clock.now();
        let kept = self.setup.store.end_session(self.state.session(), now, reason, summary.clone());
        ctx.spawn(kept.into_actor(self).map(move |result, room, ctx| match result {
            Ok(()) | Err(StoreError::Conflict | StoreError::NotFound) => room.stop(ctx),
            Err(_) => drop(ctx.run_later(RETRY, move |room, ctx| room.end_session(reason, summary, ctx))),
        }));
    }

    pub(super) fn keep_record(&mut self, ctx: &mut Context<Self>) {
        let record = self.state.record().clone();
        self.record = record.clone();
        let kept = self.setup.store.update_room(record.room_id, record.name, record.settings, record.host);
        self.log_failure(kept, "room", ctx);
    }

    /// Forgotten at worst: they wait once more.
    pub(super) fn keep_admitted(&mut self, identity: Identity, ctx: &mut Context<Self>) {
        let kept = self.setup.store.remember_admitted(self.record.room_id, identity, self.setup.clock.now());
        self.log_failure(kept, "admitted", ctx);
    }

    pub(super) fn forget_admitted(&mut self, identity: Identity, ctx: &mut Context<Self>) {
        let kept = self.setup.store.forget_admitted(self.record.room_id, identity);
        self.log_failure(kept, "admitted", ctx);
    }

    pub(super) fn keep_audit(&mut self, actor: Identity, action: &'static str, detail: Value, ctx: &mut Context<Self>) {
        let entry = AuditEntry {
            tenant_id: self.record.tenant_id,
            at: self.setup.clock.now(),
            actor,
            action: action.to_owned(),
            room_id: Some(self.record.room_id),
            session_id: Some(self.state.session()),
            detail,
        };
        let kept = self.setup.store.audit(entry);
        self.log_failure(kept, "audit", ctx);
    }

    pub(super) fn keep_quality(&mut self, point: QualityPoint, ctx: &mut Context<Self>) {
        metrics::histogram!("greenroom_quality_score").record(point.score);
        let kept = self.setup.store.record_quality(point);
        self.log_failure(kept, "quality", ctx);
    }

    pub(super) fn log_failure(&self, kept: crate::ports::Answer<()>, what: &'static str, ctx: &mut Context<Self>) {
        ctx.spawn(kept.into_actor(self).map(move |result, room, _| {
            if let Err(error) = result {
                metrics::counter!("greenroom_store_failures_total", "what" => what).increment(1);
                tracing::warn!(room = %room.room_id().short(), %error, what, "could not be kept");
            }
        }));
    }
}
