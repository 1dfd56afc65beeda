//! Places in a recording that somebody may want to jump to.

use super::plan::{Plan, Scene};
use crate::recording::manifest::Stretch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chapter {
    /// From the recording's beginning.
    pub at_ms: u64,
    pub title: String,
    pub kind: ChapterKind,
    /// Whose screen it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChapterKind {
    Beginning,
    /// Somebody shows a screen from here on.
    Screen,
    /// It goes on after the server was away.
    Interruption,
}

/// Who shows a screen for less is no chapter.
const LEAST_MS: u64 = 3_000;

/// In order of time.
pub fn chapters(plan: &Plan, away: &[Stretch]) -> Vec<Chapter> {
    let chapter = |at_ms, kind, title: &str| Chapter { at_ms, title: title.to_owned(), kind, display_name: None };
    let mut chapters = vec![chapter(0, ChapterKind::Beginning, "Beginning")];
    for (from_ms, to_ms, person) in screens(&plan.scenes) {
        if to_ms - from_ms >= LEAST_MS {
            let name = plan.people[person].name.clone();
            let title = format!("{name} shows a screen");
            chapters.push(Chapter { at_ms: from_ms, title, kind: ChapterKind::Screen, display_name: Some(name) });
        }
    }
    chapters.extend(away.iter().map(|away| chapter(away.to_ms, ChapterKind::Interruption, "After an interruption")));
    chapters.sort_by_key(|chapter| chapter.at_ms);
    chapters
}

/// Whose screen is the large one, from when until when.
fn screens(scenes: &[Scene]) -> Vec<(u64, u64, usize)> {
    let mut screens: Vec<(u64, u64, usize)> = Vec::new();
    for scene in scenes {
        let Some(person) = scene.tiles.iter().find(|tile| tile.screen).map(|tile| tile.person) else { continue };
        match screens.last_mut() {
            Some((_, to, last)) if *last == person && *to == scene.from_ms => *to = scene.to_ms,
            _ => screens.push((scene.from_ms, scene.to_ms, person)),
        }
    }
    screens
}
