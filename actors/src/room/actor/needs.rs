//! What the rest of the server needs of the room's media: read from the registry, which outlives this actor.

use super::{Asker, Room};
use crate::{
    media::MediaCommand,
    room::{Effect, Input, effect::SinkChange},
};
use actix::prelude::*;

/// What is needed of this room has changed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NeedsChanged;

impl Room {
    /// The actor was made again: it goes on with what was needed, and the sinks that were made for it.
    pub(super) fn find_needs(&mut self) {
        let (registry, room) = (&self.setup.needs, self.record.room_id);
        self.needs_seen = registry.version();
        self.state.find_needs(registry.needs(room), registry.sinks(room));
    }

    /// Takes what is new. Cheap when nothing is: it is looked at with every message, for the one that says so may not have found room.
    pub(super) fn look_at_needs(&mut self, ctx: &mut Context<Self>) {
        let version = self.setup.needs.version();
        if version == self.needs_seen || self.ended {
            return;
        }
        self.needs_seen = version;
        let now = self.setup.clock.now();
        let effects = self.state.set_needs(self.setup.needs.needs(self.record.room_id), now);
        self.run_unkept(effects, ctx);
    }

    /// An extra copy that does not come is a reason to leave the mesh.
    pub(super) fn look_at_copies(&mut self, ctx: &mut Context<Self>) {
        if let Some(input) = self.state.copies_fail(self.setup.clock.now()) {
            metrics::counter!("greenroom_taps_failed_total").increment(1);
            self.take(input, Asker::Nobody, ctx);
        }
    }

    /// Effects of what is in no journal, with what is concluded from it.
    pub(super) fn run_unkept(&mut self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        let inputs: Vec<Input> = super::deciding::conclusions(&effects);
        self.queue_effects(effects, ctx);
        for input in inputs {
            self.take(input, Asker::Nobody, ctx);
        }
    }

    /// Commands to the media plane, and all else. Valves are turned here and now, whatever the plane has still to do.
    pub(super) fn split_media(&self, effects: Vec<Effect>) -> (Vec<MediaCommand>, Vec<Effect>) {
        let (mut commands, mut rest) = (Vec::new(), Vec::with_capacity(effects.len()));
        for effect in effects {
            match effect {
                Effect::Media(command) => {
                    count_taps(&command);
                    commands.push(command);
                }
                Effect::Sink(change) => commands.extend(self.turn_valve(change)),
                other => rest.push(other),
            }
        }
        (commands, rest)
    }

    fn turn_valve(&self, change: SinkChange) -> Option<MediaCommand> {
        let (registry, room) = (&self.setup.needs, self.record.room_id);
        match change {
            SinkChange::Attach(heard) => {
                // The need may have been released a moment ago: then there is nobody to hear.
                let to = registry.sink(room, &heard.track)?;
                to.turn(heard.on);
                Some(MediaCommand::AttachSink { track: heard.track, quality: heard.quality, on: heard.on, to })
            }
            SinkChange::Detach { key, why } => {
                registry.close(room, key, why);
                Some(MediaCommand::DetachSink { key })
            }
        }
    }
}

fn count_taps(command: &MediaCommand) {
    if let MediaCommand::OfferTap { .. } = command {
        metrics::counter!("greenroom_tap_offers_total").increment(1);
    }
}

impl Handler<NeedsChanged> for Room {
    type Result = ();

    fn handle(&mut self, _: NeedsChanged, ctx: &mut Self::Context) {
        self.look_at_needs(ctx);
    }
}
