//! The connection to a provider, and how it comes back.

use super::{
    AddressError, ProviderSetup,
    address::resolve,
    queue::{Queue, Reply, STALE},
    wire::{Ask, FromProvider, LONGEST, answer},
};
use futures_util::{SinkExt, StreamExt};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

/// Clips that are with the provider at once.
const WITH_IT: usize = 16;
const CONNECT: Duration = Duration::from_secs(10);
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often what nobody waits for is looked for.
const TICK: Duration = Duration::from_millis(500);

/// Why there is no connection. Never with the key in it.
#[derive(Debug, thiserror::Error)]
enum LinkError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("the provider can't be reached: {0}")]
    Connect(String),
    #[error("the provider took too long to answer")]
    TimedOut,
    #[error("the provider went away")]
    Gone,
    #[error("the provider's key can't be sent")]
    Key,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Connects, and connects again, until it is stopped.
pub async fn keep(setup: &ProviderSetup, queue: &Queue) {
    let mut pause = SHORTEST_PAUSE;
    while !queue.stopped() {
        let why = match connect(setup).await {
            Ok(socket) => {
                tracing::info!("the emotion provider is there");
                queue.is_up();
                pause = SHORTEST_PAUSE;
                serve(socket, queue).await
            }
            Err(error) => error,
        };
        if queue.stopped() {
            return;
        }
        tracing::warn!(%why, "no emotion provider; trying again");
        queue.is_down(why.to_string());
        let until = Instant::now() + pause;
        while Instant::now() < until && !queue.stopped() {
            let left = until.saturating_duration_since(Instant::now()).min(TICK);
            let _ = timeout(left, queue.news.notified()).await;
            queue.expire();
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn connect(setup: &ProviderSetup) -> Result<Socket, LinkError> {
    let mut request = setup.url.as_str().into_client_request().map_err(|_| AddressError::Url)?;
    let uri = request.uri().clone();
    let host = uri.host().ok_or(AddressError::Url)?;
    let secure = uri.scheme_str() == Some("wss");
    let address = resolve(host, uri.port_u16().unwrap_or(if secure { 443 } else { 80 }), setup.reach).await?;
    if let Some(key) = &setup.key {
        let value = HeaderValue::from_str(&format!("Bearer {}", key.reveal())).map_err(|_| LinkError::Key)?;
        request.headers_mut().insert("authorization", value);
    }
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    let connector = if secure { Connector::Rustls(tls()?) } else { Connector::Plain };
    let opening = async {
        let stream = TcpStream::connect(address).await.map_err(|error| LinkError::Connect(error.to_string()))?;
        // No redirect is followed: another answer than the upgrade is an error.
        let opened = client_async_tls_with_config(request, stream, Some(config), Some(connector)).await;
        opened.map(|(socket, _)| socket).map_err(|error| LinkError::Connect(error.to_string()))
    };
    timeout(CONNECT, opening).await.map_err(|_| LinkError::TimedOut)?
}

fn tls() -> Result<Arc<rustls::ClientConfig>, LinkError> {
    let failed = |error: rustls::Error| LinkError::Connect(error.to_string());
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(failed)?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

type WithIt = BTreeMap<u64, (Reply, Instant)>;

/// Sends what waits and takes what comes, until one side is gone.
async fn serve(mut socket: Socket, queue: &Queue) -> LinkError {
    let (mut with_it, mut next) = (WithIt::new(), 0);
    let why = loop {
        if queue.stopped() {
            break LinkError::Gone;
        }
        queue.expire();
        let late = with_it.values().next().is_some_and(|(_, since)| since.elapsed() > STALE);
        if late {
            // One that answers nothing is none; whoever waits is told below.
            break LinkError::TimedOut;
        }
        if with_it.len() < WITH_IT
            && let Some(asked) = queue.take()
        {
            next += 1;
            with_it.insert(next, (asked.reply, Instant::now()));
            let Ok(text) = serde_json::to_string(&Ask::new(next, &asked.samples)) else { continue };
            match timeout(STALE, socket.send(Message::text(text))).await {
                Ok(Ok(())) => continue,
                _ => break LinkError::Gone,
            }
        }
        tokio::select! {
            () = queue.news.notified() => {}
            () = tokio::time::sleep(TICK) => {}
            came = socket.next() => match came {
                Some(Ok(message)) => take(&message, &mut with_it, queue),
                Some(Err(tungstenite::Error::Capacity(_))) | Some(Err(_)) | None => break LinkError::Gone,
            },
        }
    };
    with_it.into_values().for_each(|(reply, _)| queue.answer(reply, Err(why.to_string())));
    why
}

/// What can't be read is nobody's answer.
fn take(message: &Message, with_it: &mut WithIt, queue: &Queue) {
    let Message::Text(text) = message else { return };
    let (id, said) = match serde_json::from_str(text) {
        Ok(FromProvider::Scores { id, scores, arousal }) => (id, answer(&scores, arousal)),
        Ok(FromProvider::Error { id, message }) => (id, Err(message.chars().take(200).collect())),
        Err(_) => return,
    };
    if let Some((reply, _)) = with_it.remove(&id) {
        queue.answer(reply, said);
    }
}
