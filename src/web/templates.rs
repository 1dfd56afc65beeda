//! Named settings to start a room with: ours and the operator's.

use super::{error::Problem, state::Shared};
use crate::config::{Template, Templates};
use actix_web::{HttpResponse, web::Data};
use actors::protocol::{
    PartialSettings,
    room::{Allowed, WaitingRoom},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The template of a room that asked for none.
pub const PLAIN: &str = "meeting";

/// A template as it is listed.
#[derive(Serialize, ToSchema)]
pub struct TemplateView {
    id: String,
    name: String,
    description: String,
    /// The settings that differ from the defaults.
    #[schema(value_type = Object)]
    settings: PartialSettings,
}

fn built_in() -> [(&'static str, &'static str, &'static str, PartialSettings); 5] {
    let plain = PartialSettings::default;
    [
        (PLAIN, "Meeting", "A meeting with the usual settings.", plain()),
        (
            "open",
            "Open meeting",
            "Whoever has the link comes in at once, with or without a host.",
            PartialSettings { waiting_room: Some(WaitingRoom::Off), join_before_host: Some(true), ..plain() },
        ),
        (
            "interview",
            "Interview",
            "Everybody waits until a host admits them; few people, all may talk.",
            PartialSettings { waiting_room: Some(WaitingRoom::Everyone), max_participants: Some(8), ..plain() },
        ),
        (
            "webinar",
            "Webinar",
            "Hosts and presenters speak, everybody else listens and writes.",
            PartialSettings {
                waiting_room: Some(WaitingRoom::Off),
                mute_on_entry: Some(true),
                unmute: Some(Allowed::Presenters),
                screen_share: Some(Allowed::Presenters),
                max_participants: Some(500),
                ..plain()
            },
        ),
        (
            "classroom",
            "Classroom",
            "Guests wait, everybody comes in muted, the screen is the teachers'.",
            PartialSettings {
                waiting_room: Some(WaitingRoom::Guests),
                mute_on_entry: Some(true),
                screen_share: Some(Allowed::Presenters),
                hand_over_host: Some(false),
                ..plain()
            },
        ),
    ]
}

/// The settings of the template with this id; the operator's go before ours.
pub fn settings_of(id: &str, own: &Templates) -> Option<PartialSettings> {
    if let Some(template) = own.get(id) {
        return Some(template.settings.clone());
    }
    built_in().into_iter().find(|(known, ..)| *known == id).map(|(.., settings)| settings)
}

/// All templates, the operator's first.
#[utoipa::path(get, path = "/api/v1/templates", tag = "rooms", responses((status = 200, body = [TemplateView])))]
pub async fn list(shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    let own = &shared.config.templates;
    let view = |(id, Template { name, description, settings }): (&String, &Template)| TemplateView {
        id: id.clone(),
        name: name.clone(),
        description: description.clone(),
        settings: settings.clone(),
    };
    let ours = built_in().into_iter().filter(|(id, ..)| !own.contains_key(*id)).map(|(id, name, description, settings)| {
        TemplateView { id: id.to_owned(), name: name.to_owned(), description: description.to_owned(), settings }
    });
    Ok(HttpResponse::Ok().json(own.iter().map(view).chain(ours).collect::<Vec<_>>()))
}
