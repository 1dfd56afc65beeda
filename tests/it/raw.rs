//! Bytes on a socket, for what no honest client sends.

use crate::server::{DEADLINE, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn connect(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.expect("a connection"))
    }

    /// An upgrade request with more header lines; the head of the answer.
    pub async fn upgrade(server: &Server, more: &[&str]) -> (Self, String) {
        Self::upgrade_at(server, "/api/v1/signal", "greenroom.v1", more).await
    }

    /// As [`Raw::upgrade`] at another address or with other subprotocols.
    pub async fn upgrade_at(server: &Server, path: &str, protocols: &str, more: &[&str]) -> (Self, String) {
        let mut raw = Self::connect(server).await;
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocols}\r\n",
            server.address()
        );
        more.iter().for_each(|line| head.push_str(&format!("{line}\r\n")));
        head.push_str("\r\n");
        raw.0.write_all(head.as_bytes()).await.expect("written");
        let answer = raw.head().await;
        (raw, answer)
    }

    async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match timeout(DEADLINE, self.0.read_u8()).await.expect("an answer in time") {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&head).to_ascii_lowercase()
    }

    /// One masked frame; the mask is zero, so that the payload stands as it is.
    pub async fn frame(&mut self, opcode: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | opcode];
        match payload.len() {
            length @ 0..126 => frame.push(0x80 | length as u8),
            length @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        // The server may close in the middle of it.
        drop(self.0.write_all(&frame).await);
    }

    /// The code of the close frame; `None` when the connection just ended.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            let mut head = [0; 2];
            timeout(DEADLINE, self.0.read_exact(&mut head)).await.expect("a close in time").ok()?;
            let length = match head[1] & 0x7f {
                126 => usize::from(self.0.read_u16().await.ok()?),
                127 => self.0.read_u64().await.ok()? as usize,
                length => usize::from(length),
            };
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.ok()?;
            if head[0] & 0x0f == 8 {
                return payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            }
        }
    }

    /// Waits until the server ends the connection.
    pub async fn is_ended(&mut self) {
        let mut rest = Vec::new();
        // A reset is an end too.
        drop(timeout(DEADLINE, self.0.read_to_end(&mut rest)).await.expect("an end in time"));
    }
}
