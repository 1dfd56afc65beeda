//! Before the upgrade: who asks, for what, and where it goes.

use super::{
    Kind,
    audio::AudioStream,
    place::{Placed, place},
    query::{AudioQuery, Common, Names, VideoQuery, read},
    video::VideoStream,
};
use crate::{
    audio_pipeline::{About, Mouthed, OpenError},
    identity::{ApiKey, ApiKeyError, Scope, api_keys::looks_like_api_key},
    web::{audit, auth, error::Problem, origin, state::Shared},
};
use actix_http::{HttpMessage, Request};
use actix_web::{http::header, web::Data};
use actors::{
    ids::{Identity, RoomId, TenantId},
    ports::AuditEntry,
};
use serde_json::json;

pub enum Opened {
    Audio(Box<AudioStream>),
    Video(Box<VideoStream>),
}

pub async fn admit(kind: Kind, request: &Request, shared: &Data<Shared>) -> Result<Opened, Problem> {
    origin::check_headers(request.headers(), &shared.config)?;
    shared.accepting()?;
    if let Some(peer) = request.peer_addr() {
        shared.limits.writes.check(peer.ip())?;
    }
    let query = request.uri().query();
    match kind {
        Kind::Audio => {
            let asked: AudioQuery = read(query)?;
            let key = key_of(request, &asked.common, shared).await?;
            let (format, purposes) = (asked.format()?, asked.purposes()?);
            let names = asked.common.names("audio")?;
            let streaming = shared.streams.enter(shared.config.egress_max_streams)?;
            let placed = place(shared, &key, &names.room, names.meeting.as_deref()).await?;
            note(shared, &key, kind, &placed, &purposes.iter().map(|purpose| purpose.name()).collect::<Vec<_>>()).await;
            let about = About {
                session: placed.session,
                source: Mouthed::Egress,
                room: names.room,
                participant: names.participant,
                track: names.track,
                participant_id: None,
                meeting: names.meeting,
                format,
                folder: None,
                keep: true,
                purposes,
            };
            let mouth = shared.audio.open(about, shared.clock.now()).map_err(refused)?;
            let hold = placed.outside.then(|| shared.streams.hold(shared, placed.session));
            Ok(Opened::Audio(Box::new(AudioStream::new(mouth, placed.session, format, streaming, hold))))
        }
        Kind::Video => {
            let asked: VideoQuery = read(query)?;
            let key = key_of(request, &asked.common, shared).await?;
            let (codec, size) = (asked.codec()?, asked.size()?);
            let names: Names = asked.common.names("video")?;
            let streaming = shared.streams.enter(shared.config.egress_max_streams)?;
            let placed = place(shared, &key, &names.room, names.meeting.as_deref()).await?;
            note(shared, &key, kind, &placed, &[]).await;
            let hold = placed.outside.then(|| shared.streams.hold(shared, placed.session));
            let stream = VideoStream::open(shared, placed.session, names, codec, size, streaming, hold)?;
            Ok(Opened::Video(Box::new(stream)))
        }
    }
}

/// The key in `Authorization`, or in the address: egress services can set no headers.
async fn key_of(request: &Request, common: &Common, shared: &Shared) -> Result<ApiKey, Problem> {
    let shown = match request.headers().get(header::AUTHORIZATION) {
        Some(value) => {
            let bearer = value.to_str().ok().and_then(|value| value.split_once(' '));
            let (_, key) =
                bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).ok_or_else(Problem::unauthorized)?;
            key.trim().to_owned()
        }
        None => common.token.clone().ok_or_else(Problem::unauthorized)?,
    };
    if !looks_like_api_key(&shown) {
        return Err(Problem::unauthorized());
    }
    match shared.api_keys.authenticate(&shown, shared.now_ms()).await {
        Ok(key) => auth::needs(&key, Scope::EgressWrite).map(|()| key),
        Err(ApiKeyError::Invalid) => Err(Problem::unauthorized()),
        Err(ApiKeyError::Store(error)) => Err(error.into()),
    }
}

fn refused(error: OpenError) -> Problem {
    match error {
        OpenError::Format(error) => Problem::invalid_field("sampleRate", error.to_string()),
        OpenError::Full => Problem::unavailable("full", error.to_string()),
        OpenError::Disk(fault) => Problem::unavailable("storage_unavailable", fault.to_string()),
        OpenError::Thread(error) => Problem::internal(error),
    }
}

/// Who let a stream in, and what they said that its person agreed to.
async fn note(shared: &Shared, key: &ApiKey, kind: Kind, placed: &Placed, purposes: &[&str]) {
    let entry = AuditEntry {
        tenant_id: TenantId(key.tenant_id),
        at: shared.clock.now(),
        actor: Identity::from_subject(format!("key:{}", key.id)),
        action: "egress.opened".to_owned(),
        room_id: Some(RoomId(placed.room.id.0)),
        session_id: Some(placed.session),
        detail: json!({ "kind": kind.name(), "consent": purposes }),
    };
    audit::write(shared, entry).await;
}
