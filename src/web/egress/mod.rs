//! Media that another server sends: `WS /egress-audio` and `WS /egress-video`, a socket a track, opened with an API key of the scope `egress:write`.
//! Described in `docs/egress.md`.

mod admit;
mod audio;
mod close;
pub mod place;
mod query;
mod socket;
pub mod streams;
mod video;
pub mod video_file;

pub use streams::Streams;

use super::ws::{self, UpgradeParts};
use crate::web::{state::Shared, trace};
use actix_http::{HttpMessage, Request, ws::handshake};
use actix_web::{Error, ResponseError, web::Data};
use socket::Socket;
use std::rc::Rc;

/// Which of the two sockets an address is, under each of its names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Audio,
    Video,
}

impl Kind {
    pub fn of_path(path: &str) -> Option<Self> {
        let bare = ["/api/v1", "/v1"].iter().find_map(|tree| path.strip_prefix(tree)).unwrap_or(path);
        match bare {
            "/egress-audio" => Some(Self::Audio),
            "/egress-video" => Some(Self::Video),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// Opens the socket, or answers with the error as to any other request.
pub async fn upgrade(kind: Kind, request: Request, connection: ws::Connection, parts: UpgradeParts) -> Result<(), Error> {
    let admitted = match handshake(request.head()) {
        Ok(response) => admit::admit(kind, &request, &parts.shared).await.map(|opened| (opened, response)),
        Err(error) => Err(super::error::Problem::bad_request(error.to_string())),
    };
    match admitted {
        Ok((opened, mut response)) => {
            let (id, response) = trace::within(request.headers(), || response.finish().drop_body());
            let mut response = response;
            trace::tell(response.headers_mut(), &id);
            let (io, frames) = ws::accept(connection, response, parts.shared.config.egress_frame_bytes).await?;
            let ours = Ours { shared: parts.shared, signalling: parts.signalling.into_inner() };
            match opened {
                admit::Opened::Audio(audio) => spawn(io, frames, *audio, ours),
                admit::Opened::Video(video) => spawn(io, frames, *video, ours),
            }
            Ok(())
        }
        Err(problem) => {
            metrics::counter!("greenroom_egress_total", "outcome" => "refused").increment(1);
            let (id, mut refusal) = trace::within(request.headers(), || problem.error_response());
            trace::tell(refusal.headers_mut(), &id);
            ws::refuse(connection, refusal).await
        }
    }
}

/// What a socket needs of the server.
pub(super) struct Ours {
    shared: Data<Shared>,
    signalling: std::sync::Arc<ws::Signalling>,
}

fn spawn<S: socket::Stream + 'static>(io: Rc<tokio::net::TcpStream>, frames: ws::FramesIn, stream: S, ours: Ours) {
    metrics::counter!("greenroom_egress_total", "outcome" => "opened").increment(1);
    actix::spawn(Socket::new(io, frames, stream, ours).run());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_socket_has_three_addresses() {
        for tree in ["", "/v1", "/api/v1"] {
            assert_eq!(Kind::of_path(&format!("{tree}/egress-audio")), Some(Kind::Audio));
            assert_eq!(Kind::of_path(&format!("{tree}/egress-video")), Some(Kind::Video));
            assert_eq!(Kind::of_path(&format!("{tree}/signal")), None);
        }
    }
}
