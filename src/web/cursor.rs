//! Lists a page at a time, newest first. A cursor is the place after the last item, opaque to clients.

use super::error::Problem;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const DEFAULT_ITEMS: u32 = 20;
const MOST_ITEMS: u32 = 100;

/// What a request for a list may say.
#[derive(Deserialize, IntoParams, Default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// Items on a page, 1 to 100; 20 if not given.
    pub limit: Option<u32>,
}

/// The last item's time in milliseconds and id.
pub type Place = (i64, Uuid);

impl PageQuery {
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(DEFAULT_ITEMS) {
            limit @ 1..=MOST_ITEMS => Ok(limit as usize),
            _ => Err(Problem::invalid_field("limit", format!("must be 1 to {MOST_ITEMS}"))),
        }
    }

    /// Where the page begins.
    pub fn after(&self) -> Result<Option<Place>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        read(cursor).map(Some).ok_or_else(|| Problem::invalid_field("cursor", "is not a cursor of this list"))
    }
}

fn read(cursor: &str) -> Option<Place> {
    let bytes: [u8; 24] = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (at, id) = bytes.split_at(8);
    Some((i64::from_be_bytes(at.try_into().ok()?), Uuid::from_slice(id).ok()?))
}

fn write((at, id): Place) -> String {
    BASE64_URL_SAFE_NO_PAD.encode([at.to_be_bytes().as_slice(), id.as_bytes()].concat())
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Of rows asked for with one more than `limit`: that one tells that there is more.
    pub fn of<R>(mut rows: Vec<R>, limit: usize, place: impl Fn(&R) -> Place, item: impl FnMut(R) -> T) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| write(place(row))) } else { None };
        Self { items: rows.into_iter().map(item).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_the_next_page() {
        let rows: Vec<Place> = (1..=3).map(|n| (i64::from(n), Uuid::from_u128(n as u128))).collect();
        let page = Page::of(rows, 2, |row| *row, |row| row.0);
        assert_eq!(page.items, [1, 2]);
        let query = PageQuery { cursor: page.next_cursor, limit: Some(2) };
        assert_eq!(query.after().unwrap(), Some((2, Uuid::from_u128(2))));
        assert!(Page::of(vec![(1, Uuid::nil())], 2, |row| *row, |row| row.0).next_cursor.is_none());
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for cursor in ["", "x", "!!!!", &"A".repeat(1000)] {
            let query = PageQuery { cursor: Some(cursor.to_owned()), limit: None };
            assert_eq!(query.after().unwrap_err().status.as_u16(), 422, "{cursor}");
        }
        assert!(PageQuery { cursor: None, limit: Some(101) }.limit().is_err());
    }
}
