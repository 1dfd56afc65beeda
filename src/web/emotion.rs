//! A clip that somebody sends to be judged: `POST /emotion`.

use super::{auth::Caller, error::Problem, rooms, state::Shared};
use crate::{
    audio::AudioError,
    emotion::{JudgeError, Judged, ListenError},
};
use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use actors::{
    emotion::{LABELS, Label},
    ids::{ParticipantId, RoomId},
    protocol::Purpose,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

mod form;

use form::{Form, Kind, receive};

/// The body: `meeting_id`, `participant_id`, `type` and, after them, `file`.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct EmotionForm {
    /// A room's id or code, or your own id of the meeting.
    meeting_id: String,
    /// Whose voice it is. Of somebody who is in that room's session their consent is asked for.
    participant_id: String,
    /// `audio`, `video` or `frame`.
    r#type: String,
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What the clip sounds like. Shares of one, even where nothing was heard; a label only after three clips of a speaker.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Emotion {
    success: bool,
    emotions: BTreeMap<&'static str, f32>,
    /// 0 calm to 1 animated; none of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    arousal: Option<f32>,
    /// None: unsure.
    #[schema(value_type = Option<String>)]
    label: Option<Label>,
    /// The best label's score.
    confidence: f32,
    /// Clips of 2 s that it was cut into, and those with a voice in them.
    clips: u64,
    voiced: u64,
    /// The file is longer than is judged: this is of its beginning.
    cut: bool,
    /// Why there was nothing to judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Judges a clip of somebody's voice. Members of a running session must have agreed to it.
#[utoipa::path(post, path = "/api/v1/emotion", tag = "emotion",
    request_body(content = EmotionForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Emotion), (status = 401), (status = 403, description = "That person did not agree, or it isn't your meeting"),
        (status = 413), (status = 415), (status = 422, description = "Not what it says it is, or broken"), (status = 429),
        (status = 501, description = "Pictures need a model of the operator's"), (status = 503, description = "Emotion is off, or too much waits")))]
pub async fn judge(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    if caller.is_anonymous() {
        return Err(Problem::unauthorized());
    }
    let about = |form: &Form| form.kind.ok_or_else(|| Problem::invalid_field("type", "must be audio, video or frame"));
    let received = receive(parts, shared.config.max_emotion_file_bytes, about).await?;
    permitted(&shared, &caller, &received.form).await?;
    let (judge, path) = (shared.emotion.judge(), received.file.path().to_path_buf());
    let pictures = match received.kind {
        Kind::Audio => None,
        Kind::Video => judge.pictures(path.clone()).await.transpose().map_err(problem)?,
        Kind::Frame => Some(judge.pictures(path.clone()).await.ok_or_else(no_frame_model)?.map_err(problem)?),
    };
    let heard = match received.kind {
        Kind::Frame => None,
        Kind::Audio | Kind::Video => match (judge.file(path).await, pictures) {
            // A film without sound has its pictures still.
            (Err(JudgeError::Audio(AudioError::NoSound | AudioError::Unsupported(_))), Some(_)) => None,
            (judged, _) => Some(judged.map_err(problem)?),
        },
    };
    Ok(HttpResponse::Ok().json(together(heard, pictures)))
}

/// Of sound and pictures both, the mean; arousal and what is dared to be named come from the voice alone.
fn together(heard: Option<Judged>, pictures: Option<[f32; LABELS.len()]>) -> Emotion {
    let seen = pictures.map(|scores| LABELS.iter().map(|label| label.word()).zip(scores).collect::<BTreeMap<_, _>>());
    let Some(judged) = heard else {
        let emotions = seen.unwrap_or_default();
        let confidence = emotions.values().copied().fold(0.0, f32::max);
        return Emotion {
            success: true,
            emotions,
            arousal: None,
            label: None,
            confidence,
            clips: 0,
            voiced: 0,
            cut: false,
            reason: None,
        };
    };
    let view = judged.view;
    let mut emotions = view.scores;
    for (label, score) in seen.into_iter().flatten() {
        if judged.voiced == 0 {
            emotions.insert(label, score);
        } else if let Some(heard) = emotions.get_mut(label) {
            *heard = (*heard + score) / 2.0;
        }
    }
    Emotion {
        success: true,
        emotions,
        arousal: Some(view.arousal),
        label: view.label,
        confidence: view.confidence,
        clips: judged.clips,
        voiced: judged.voiced,
        cut: judged.cut,
        reason: view.reason,
    }
}

fn no_frame_model() -> Problem {
    let why = "pictures need a model that this server's operator supplies (emotion_frame_model)";
    Problem::new(StatusCode::NOT_IMPLEMENTED, "no_frame_model", why)
}

/// Of a meeting of ours, only its own people may be judged, by those who may ask, and only if they agreed.
async fn permitted(shared: &Shared, caller: &Caller, form: &Form) -> Result<(), Problem> {
    let room = match rooms::find(shared, caller, &form.meeting_id).await {
        Ok(room) => room,
        // An integrator's own meeting, of which we know nothing: they answer for its people's consent.
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            return if matches!(caller, Caller::Joiner(_)) { Err(problem) } else { Ok(()) };
        }
        Err(problem) => return Err(problem),
    };
    let room_id = RoomId(room.id.0);
    let participant = form.participant_id.parse::<Uuid>().ok().map(ParticipantId);
    if let Caller::Joiner(join) = caller {
        let own = if join.room_id == room_id { shared.rooms.member(room_id, join.identity.clone()).await } else { None };
        if own.is_none() || own != participant {
            return Err(Problem::forbidden("not_yours", "a join token is for clips of one's own voice, while in the room"));
        }
    } else if !caller.manages(&room) {
        return Err(Problem::not_found());
    }
    let Some(participant) = participant else { return Ok(()) };
    match shared.rooms.allows(room_id, participant, Purpose::Emotion).await {
        Some(false) => Err(Problem::forbidden("no_consent", "this person did not agree that the emotion of their voice is read")),
        Some(true) | None => Ok(()),
    }
}

fn problem(error: JudgeError) -> Problem {
    let invalid = |why: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_audio", why);
    match error {
        JudgeError::Off(why) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "emotion_off", format!("emotion is off here: {why}"))
        }
        JudgeError::Busy | JudgeError::Listen(ListenError::NoAnswer(_)) => {
            Problem::unavailable("busy", "too many clips wait to be judged; try again")
        }
        JudgeError::Audio(AudioError::Io(error)) => Problem::internal(error),
        JudgeError::Panicked | JudgeError::Listen(ListenError::BadAnswer(_)) => Problem::internal(error),
        JudgeError::Audio(error) => invalid(error.to_string()),
        JudgeError::Listen(error) => invalid(error.to_string()),
    }
}
