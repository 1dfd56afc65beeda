//! From whom media comes on a path that is being brought up. Pure.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::switch::gaps::Progress;
use crate::switch::stage::Who;

/// How long a picture is waited for that the server says nobody sends: everybody begins to send at the same time.
const NOT_SENT: Duration = Duration::from_secs(6);

/// Somebody else, as the room shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Other {
    pub muted: bool,
    pub video_on: bool,
    /// Why the server does not send their camera.
    pub limited: Option<Limited>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// For want of bandwidth or places: it is not to come.
    Now,
    /// Nobody sends it.
    NotSent,
}

/// What came on a path so far.
#[derive(Clone, Debug, Default)]
pub struct Came {
    sound: BTreeSet<Who>,
    picture: BTreeSet<Who>,
}

impl Came {
    pub fn note(&mut self, sender: Who, what: Progress) {
        match what {
            Progress::Sound => self.sound.insert(sender),
            Progress::Picture => self.picture.insert(sender),
        };
    }

    pub fn is_ready(&self, who: Who, other: &Other, is_up: bool, age: Duration) -> bool {
        let waits_for_picture = other.video_on
            && match other.limited {
                None => true,
                Some(Limited::Now) => false,
                Some(Limited::NotSent) => age < NOT_SENT,
            };
        is_up && (other.muted || self.sound.contains(&who)) && (!waits_for_picture || self.picture.contains(&who))
    }
}

/// The list that the server is told: whoever was ready stays so while their connection stands.
#[derive(Default)]
pub struct Ready {
    known: BTreeSet<String>,
    told: Option<BTreeSet<String>>,
}

impl Ready {
    /// The whole list, when it is another.
    pub fn update(&mut self, now: &HashMap<String, (bool, bool)>) -> Option<Vec<String>> {
        let stays = |(id, (is_up, is_ready)): (&String, &(bool, bool))| {
            (*is_ready || *is_up && self.known.contains(id)).then(|| id.clone())
        };
        self.known = now.iter().filter_map(stays).collect();
        let is_news = self.told.as_ref() != Some(&self.known) && (self.told.is_some() || !self.known.is_empty());
        is_news.then(|| {
            self.told = Some(self.known.clone());
            self.known.iter().cloned().collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_ready_by_what_its_sender_sends() {
        let (speaks, shows) = (Other::default(), Other { video_on: true, ..Other::default() });
        let silent = Other { muted: true, ..Other::default() };
        let limited = |limited| Other { limited: Some(limited), ..shows.clone() };
        type Row<'a> = (&'a str, &'a Other, bool, &'a [Progress], u64, bool);
        let table: [Row; 9] = [
            ("no connection", &silent, false, &[], 0, false),
            ("nothing is sent", &silent, true, &[], 0, true),
            ("sound is waited for", &speaks, true, &[], 99, false),
            ("sound came", &speaks, true, &[Progress::Sound], 0, true),
            ("sound without the picture", &shows, true, &[Progress::Sound], 99, false),
            ("both came", &shows, true, &[Progress::Picture, Progress::Sound], 0, true),
            ("the picture is not to come", &limited(Limited::Now), true, &[Progress::Sound], 0, true),
            ("it may come yet", &limited(Limited::NotSent), true, &[Progress::Sound], 5, false),
            ("it was waited for", &limited(Limited::NotSent), true, &[Progress::Sound], 6, true),
        ];
        for (name, other, is_up, news, age, expected) in table {
            let mut came = Came::default();
            news.iter().for_each(|what| came.note(7, *what));
            assert_eq!(came.is_ready(7, other, is_up, Duration::from_secs(age)), expected, "{name}");
            assert_eq!(came.is_ready(8, &silent, is_up, Duration::ZERO), is_up, "{name}: others are others");
        }
    }

    #[test]
    fn the_list_is_told_when_it_is_another_and_keeps_who_was_ready() {
        let state = |rows: &[(&str, bool, bool)]| {
            rows.iter().map(|(id, is_up, is_ready)| (id.to_string(), (*is_up, *is_ready))).collect::<HashMap<_, _>>()
        };
        let mut ready = Ready::default();
        assert_eq!(ready.update(&state(&[("a", true, false)])), None);
        assert_eq!(ready.update(&state(&[("a", true, true), ("b", true, false)])), Some(vec!["a".to_string()]));
        assert_eq!(ready.update(&state(&[("a", true, false), ("b", true, false)])), None, "they turned their camera on");
        assert_eq!(ready.update(&state(&[("a", false, false), ("b", true, false)])), Some(vec![]), "the connection broke");
    }
}
