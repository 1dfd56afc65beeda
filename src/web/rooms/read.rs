//! Looking at rooms.

use super::{find, view::view};
use crate::web::{
    auth::Caller,
    cursor::{Page, PageQuery},
    error::Problem,
    rooms::RoomView,
    state::Shared,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};

/// A room by id or code; what is in the answer depends on who asks.
#[utoipa::path(get, path = "/api/v1/rooms/{room}", tag = "rooms", params(("room" = String, Path, description = "Its id or code")),
    responses((status = 200, body = RoomView), (status = 404, description = "There is none, or it is not yours")))]
pub async fn read(caller: Caller, shared: Data<Shared>, room: Path<String>) -> Result<HttpResponse, Problem> {
    let row = find(&shared, &caller, &room).await?;
    Ok(HttpResponse::Ok().json(view(&shared, &caller, &row).await?))
}

/// My rooms, newest first.
#[utoipa::path(get, path = "/api/v1/rooms", tag = "rooms", params(PageQuery),
    responses((status = 200, body = Page<RoomView>), (status = 401, description = "A token is needed")))]
pub async fn list(caller: Caller, shared: Data<Shared>, query: Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (limit, after) = (query.limit()?, query.after()?);
    let ask = limit as i64 + 1;
    let rows = match caller.lists_rooms_of()? {
        Some(host) => shared.store.rooms_of_host(caller.tenant(), host.as_str(), after, ask).await?,
        None => shared.store.rooms_of_tenant(caller.tenant(), after, ask).await?,
    };
    let page = Page::of(rows, limit, |row| (row.created_at, row.id.0), |row| row);
    let mut items = Vec::with_capacity(page.items.len());
    for row in &page.items {
        items.push(view(&shared, &caller, row).await?);
    }
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: page.next_cursor }))
}
