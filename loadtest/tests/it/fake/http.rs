//! Two POSTs and a health check, a connection each.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Fault, Shared};

pub async fn post(mut stream: TcpStream, rooms: &Shared) {
    let Some(path) = read_request(&mut stream).await else { return };
    let (status, body) = answer(&path, rooms);
    respond(&mut stream, status, &body.to_string()).await;
}

pub async fn ready(mut stream: TcpStream) {
    if read_request(&mut stream).await.is_some() {
        respond(&mut stream, "200 OK", "{}").await;
    }
}

fn answer(path: &str, rooms: &Shared) -> (&'static str, serde_json::Value) {
    let mut rooms = rooms.lock().unwrap();
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "api", "v1", "rooms"] => {
            let room = rooms.create();
            ("201 Created", json!({ "roomId": room, "roomCode": "ABCD-2345", "joinToken": rooms.token(&room) }))
        }
        ["", "api", "v1", "rooms", room, "join"] if rooms.fault == Fault::RefusesJoins => {
            ("423 Locked", json!({ "code": "room_locked", "room": room }))
        }
        ["", "api", "v1", "rooms", room, "join"] => ("200 OK", json!({ "token": rooms.token(room), "role": "participant" })),
        _ => ("404 Not Found", json!({})),
    }
}

/// The path of a request, once its body is in.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        stream.read_buf(&mut request).await.ok().filter(|read| *read > 0)?;
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() >= length {
            return Some(head.split(' ').nth(1)?.to_string());
        }
    }
}

async fn respond(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
