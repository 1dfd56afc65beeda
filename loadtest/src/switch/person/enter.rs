//! The way in, and the way back after a lost socket.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::paths::Paths;
use super::{Person, Stretch, Wish};
use crate::rest::RestError;
use crate::socket::{self, Received, Socket};
use crate::switch::room::Room;
use crate::switch::stage::{Order, Who};
use crate::switch::topology::Topology;
use crate::switch::world::World;

const SIGNAL: &str = "/api/v1/signal";
const SUBPROTOCOL: Option<&str> = Some("greenroom.v1");
const PATIENCE: Duration = Duration::from_secs(15);
const ATTEMPTS: u32 = 20;
/// News of media that wait for a person; more than all its connections have at once.
const NEWS: usize = 1024;
const WISHES: usize = 16;

/// Brings a new person into the room, who then lives on their own. `token`: the host's; others ask for one.
///
/// # Errors
/// Why they did not get in, in words.
pub async fn enter(world: &Rc<World>, room: &Rc<Room>, token: Option<String>) -> Result<(Who, mpsc::Sender<Wish>), String> {
    let who = world.new_who();
    let token = match token {
        Some(token) => token,
        None => ticket(world, room, who).await?,
    };
    let (tell, told) = mpsc::channel(NEWS);
    let (wish, wishes) = mpsc::channel(WISHES);
    let way_in = async {
        let mut socket = socket::open(world.address, SIGNAL, SUBPROTOCOL).await.map_err(|error| error.to_string())?;
        socket::send(&mut socket, json!({ "type": "hello", "ref": 1, "token": token }).to_string()).await?;
        let welcome = expect(&mut socket, "welcome").await?;
        Ok::<_, String>((socket, welcome))
    };
    let (socket, welcome) = timeout(PATIENCE, way_in).await.map_err(|_| "no welcome in time")??;
    let me = welcome["you"]["id"].as_str().ok_or("welcome has no you.id")?.to_string();
    let topology = Topology::read(&welcome["topology"]).ok_or("welcome has no topology")?;
    room.came(&me, who, topology);
    world.stage.tell(Order::Enter { who, plan: world.plan.clone(), tell });
    let mut person = Person {
        who,
        room: room.clone(),
        world: world.clone(),
        socket,
        me,
        resume_token: welcome["resumeToken"].as_str().unwrap_or_default().to_string(),
        seq: welcome["seq"].as_u64().unwrap_or_default(),
        acknowledged: 0,
        reference: 1,
        others: Default::default(),
        topology,
        paths: Paths::default(),
        stretch: Stretch::Entering,
        told,
        wishes,
        muted: false,
        video: world.plan.mesh.is_some(),
        holds_back: false,
        asked: Default::default(),
    };
    welcome["participants"].as_array().into_iter().flatten().for_each(|participant| person.note(participant));
    tokio::task::spawn_local(person.stay());
    Ok((who, wish))
}

async fn ticket(world: &World, room: &Room, who: Who) -> Result<String, String> {
    for _ in 0..ATTEMPTS {
        match world.rest.join(&room.id, who as usize).await {
            Err(RestError::Busy(after)) => tokio::time::sleep(after).await,
            other => return other.map_err(|error| error.to_string()),
        }
    }
    Err(format!("still busy after {ATTEMPTS} attempts"))
}

/// The next frame of a type; a refusal instead of it is an error.
async fn expect(socket: &mut Socket, kind: &str) -> Result<Value, String> {
    loop {
        let text = match socket::receive(socket).await {
            Received::Text(text) => text,
            Received::Closed(code) => return Err(format!("closed with {code:?} before {kind}")),
        };
        let frame: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if frame["type"] == kind && frame["ok"] != false {
            return Ok(frame);
        }
        if frame["ok"] == false {
            return Err(format!("refused: {}", frame["error"]));
        }
    }
}

impl Person {
    /// Loses the socket and is back after a while, as the same participant, with the same connections.
    pub(super) async fn come_back(&mut self, after: Duration) -> Result<(), String> {
        use tokio::io::AsyncWriteExt;
        self.order(Order::Excuse { who: self.who });
        let _ = self.socket.get_mut().shutdown().await;
        tokio::time::sleep(after).await;
        let way_back = async {
            let mut socket = socket::open(self.world.address, SIGNAL, SUBPROTOCOL).await.map_err(|error| error.to_string())?;
            let resume = json!({ "type": "resume", "ref": 1, "resumeToken": self.resume_token, "lastSeq": self.seq });
            socket::send(&mut socket, resume.to_string()).await?;
            let reply = expect(&mut socket, "reply").await?;
            Ok::<_, String>((socket, reply["replayed"] == true))
        };
        let (socket, replayed) = timeout(PATIENCE, way_back).await.map_err(|_| "no reply in time")??;
        self.socket = socket;
        self.asked.clear();
        self.acknowledged = 0;
        if !replayed {
            return Err("the server replayed nothing".into());
        }
        // Commands that were under way may be lost.
        self.state().await;
        if let Some(path) = self.paths.next() {
            path.ready = Default::default();
        }
        self.order(Order::Excuse { who: self.who });
        Ok(())
    }
}
