//! A socket's bytes, on the TCP stream itself: frames in, frames out. Buffers are as large as what waits in them and gone when nothing does, because
//! most sockets are silent most of the time.

use actix_http::ws::{Codec, Frame, Message, ProtocolError};
use bytes::{Buf, BytesMut};
use futures_util::{Stream, ready};
use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::net::TcpStream;
use tokio_util::codec::{Decoder, Encoder};

/// Read at once from one socket.
const READ_BYTES: usize = 16 * 1024;
/// How long the peer may take to hear the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// The reading half: frames until the stream ends or one can't be read.
pub struct FramesIn {
    io: Rc<TcpStream>,
    codec: Codec,
    buffer: BytesMut,
    ended: bool,
}

impl FramesIn {
    /// `begun` was read behind the request.
    pub fn new(io: Rc<TcpStream>, max_frame_bytes: usize, begun: &[u8]) -> Self {
        Self { io, codec: Codec::new().max_size(max_frame_bytes), buffer: BytesMut::from(begun), ended: false }
    }

    fn decode(&mut self) -> Option<Result<Frame, ProtocolError>> {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
            return None;
        }
        let frame = self.codec.decode(&mut self.buffer).transpose();
        // What follows a frame that can't be read means nothing.
        self.ended |= matches!(frame, Some(Err(_)));
        frame
    }

    /// Says whether there is more to decode.
    fn read(&mut self) -> io::Result<()> {
        let mut bytes = [0; READ_BYTES];
        match self.io.try_read(&mut bytes) {
            Ok(0) => self.ended = true,
            Ok(length) => self.buffer.extend_from_slice(&bytes[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl Stream for FramesIn {
    type Item = Result<Frame, ProtocolError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            if let Some(frame) = self.decode() {
                return Poll::Ready(Some(frame));
            }
            let readable = ready!(self.io.poll_read_ready(cx));
            if readable.and_then(|()| self.read()).is_err() {
                self.ended = true;
            }
        }
    }
}

/// The writing half. What is sent waits until [`FramesOut::flush`].
pub struct FramesOut {
    io: Rc<TcpStream>,
    codec: Codec,
    buffer: BytesMut,
}

impl FramesOut {
    pub fn new(io: Rc<TcpStream>) -> Self {
        Self { io, codec: Codec::new(), buffer: BytesMut::new() }
    }

    pub fn send(&mut self, message: Message) {
        if let Err(error) = self.codec.encode(message, &mut self.buffer) {
            tracing::warn!(%error, "a frame could not be written");
        }
    }

    /// Writes what the socket takes; `false` when more waits.
    pub fn flush(&mut self) -> io::Result<bool> {
        while !self.buffer.is_empty() {
            match self.io.try_write(&self.buffer) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => self.buffer.advance(length),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.buffer = BytesMut::new();
        Ok(true)
    }

    /// Resolves when the socket takes more.
    pub fn writable(&self) -> impl Future<Output = io::Result<()>> + 'static {
        let io = self.io.clone();
        async move { io.writable().await }
    }

    /// Ends the connection so that the peer still gets what was written: says that nothing more comes, and reads until the peer hangs up or takes too long.
    pub fn farewell(&self) -> impl Future<Output = ()> + 'static {
        let io = self.io.clone();
        async move {
            drop(socket2::SockRef::from(&*io).shutdown(std::net::Shutdown::Write));
            drop(tokio::time::timeout(FAREWELL, read_out(&io)).await);
        }
    }
}

/// Unread bytes would make the end a reset, which can overtake the close frame.
async fn read_out(io: &TcpStream) {
    let mut bytes = [0; 4096];
    while io.readable().await.is_ok() {
        match io.try_read(&mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
