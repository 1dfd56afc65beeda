//! Rooms made ahead, through REST, before anybody joins.

use std::rc::Rc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::rest::{CreatedRoom, RestError};
use crate::room::Room;
use crate::world::World;

const AT_ONCE: usize = 8;
const ATTEMPTS: u32 = 20;

/// # Errors
/// The first room that could not be made, in words.
pub async fn create(world: &Rc<World>) -> Result<(), String> {
    let size = world.scenario.size;
    let rooms = stream::iter(0..world.scenario.rooms)
        .map(|number| async move {
            let made = make(world, number).await.map_err(|error| format!("cannot create room {number}: {error}"))?;
            Ok::<_, String>(Rc::new(Room::new(number, made.room_id, made.join_token, size)))
        })
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    *world.rooms.borrow_mut() = rooms;
    Ok(())
}

async fn make(world: &World, number: usize) -> Result<CreatedRoom, RestError> {
    let mut attempt = 1;
    loop {
        match world.rest.create_room(number, world.scenario.size).await {
            Err(RestError::Busy(after)) if attempt < ATTEMPTS => {
                if attempt == 1 && number == 0 {
                    eprintln!("the server limits how fast rooms are made; loosen its rate limits for a load test");
                }
                attempt += 1;
                tokio::time::sleep(after.max(Duration::from_millis(50))).await;
            }
            other => return other,
        }
    }
}
