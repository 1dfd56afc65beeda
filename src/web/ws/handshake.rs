//! From an HTTP request that asks for an upgrade to a running socket, or to an error as any other request gets it.

use super::{UpgradeParts, socket::SignalSocket, transport::FramesIn};
use crate::web::{egress, error::Problem, origin, trace};
use actix_codec::Framed;
use actix_http::{
    ConnectionType, HttpMessage, Request, Response,
    body::{BodySize, MessageBody},
    h1,
    header::{self, HeaderMap, HeaderValue},
    ws,
};
use actix_service::{Service, ServiceFactory};
use actix_web::{Error, HttpResponse, ResponseError};
use actors::protocol::SUBPROTOCOL;
use futures_util::{SinkExt, future::LocalBoxFuture};
use std::{future::ready, rc::Rc, sync::atomic::Ordering};
use tokio::net::TcpStream;

/// A request's connection, before it is anything else.
pub type Connection = Framed<TcpStream, h1::Codec>;

/// The service behind every upgrade request.
#[derive(Clone)]
pub struct Upgrade(pub UpgradeParts);

impl ServiceFactory<(Request, Connection)> for Upgrade {
    type Response = ();
    type Error = Error;
    type Config = ();
    type Service = Upgrade;
    type InitError = Error;
    type Future = std::future::Ready<Result<Upgrade, Error>>;

    fn new_service(&self, (): ()) -> Self::Future {
        ready(Ok(self.clone()))
    }
}

impl Service<(Request, Connection)> for Upgrade {
    type Response = ();
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<(), Error>>;

    actix_service::always_ready!();

    fn call(&self, (request, connection): (Request, Connection)) -> Self::Future {
        let parts = self.0.clone();
        if let Some(kind) = egress::Kind::of_path(request.path()) {
            return Box::pin(egress::upgrade(kind, request, connection, parts));
        }
        Box::pin(async move {
            let checking = || check(&request, &parts).map_err(|problem| Box::new(problem.error_response()));
            match trace::within(request.headers(), checking) {
                (id, Ok(mut response)) => {
                    trace::tell(response.headers_mut(), &id);
                    open(connection, response, parts).await
                }
                (id, Err(mut refusal)) => {
                    metrics::counter!("greenroom_connects_total", "outcome" => "refused").increment(1);
                    trace::tell(refusal.headers_mut(), &id);
                    refuse(connection, *refusal).await
                }
            }
        })
    }
}

/// A cookie from a foreign page, a client that does not speak our subprotocol, one socket too many: no upgrade.
fn check(request: &Request, parts: &UpgradeParts) -> Result<Response<()>, Problem> {
    if !matches!(request.path(), "/api/v1/signal" | "/v1/signal") {
        return Err(Problem::not_found());
    }
    origin::check_headers(request.headers(), &parts.shared.config)?;
    parts.shared.accepting()?;
    if parts.signalling.open.load(Ordering::Relaxed) >= parts.signalling.max_sockets {
        return Err(Problem::unavailable("full", "the server has as many sockets as it may; try again"));
    }
    if !speaks_our_protocol(request.headers()) {
        return Err(Problem::bad_request(format!("open the socket with the subprotocol {SUBPROTOCOL}")));
    }
    let mut response = ws::handshake(request.head()).map_err(|error| Problem::bad_request(error.to_string()))?;
    let response = response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)).finish();
    Ok(response.drop_body())
}

fn speaks_our_protocol(headers: &HeaderMap) -> bool {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|line| line.to_str().ok());
    offered.flat_map(|line| line.split(',')).any(|protocol| protocol.trim() == SUBPROTOCOL)
}

async fn open(connection: Connection, response: Response<()>, parts: UpgradeParts) -> Result<(), Error> {
    let signalling = parts.signalling.into_inner();
    let (io, frames) = accept(connection, response, signalling.max_frame_bytes).await?;
    SignalSocket::run(signalling, io, frames);
    Ok(())
}

/// Answers that the socket is open; from here on the connection carries frames.
pub async fn accept(
    mut connection: Connection,
    response: Response<()>,
    max_frame_bytes: usize,
) -> Result<(Rc<TcpStream>, FramesIn), Error> {
    connection.send(h1::Message::Item((response, BodySize::None))).await?;
    let connection = connection.into_parts();
    let io = Rc::new(connection.io);
    let frames = FramesIn::new(io.clone(), max_frame_bytes, &connection.read_buf);
    Ok((io, frames))
}

/// Answers and closes: what follows an upgrade request on a connection is for nobody.
pub async fn refuse(mut connection: Connection, refusal: HttpResponse) -> Result<(), Error> {
    let (response, body) = refusal.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let mut response = Response::from(response).drop_body();
    // Written as a header it would be left out in favour of the request's own "upgrade".
    response.head_mut().set_connection_type(ConnectionType::Close);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    connection.send(h1::Message::Item((response, BodySize::Sized(body.len() as u64)))).await?;
    connection.send(h1::Message::Chunk(Some(body))).await?;
    connection.send(h1::Message::Chunk(None)).await?;
    Ok(SinkExt::<h1::Message<(Response<()>, BodySize)>>::close(&mut connection).await?)
}
