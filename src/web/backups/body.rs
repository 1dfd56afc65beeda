//! A chunk on its way in: what its head says of it, and its bytes, no more than a chunk has (D4).

use super::TIME_MAX;
use crate::web::error::Problem;
use actix_web::{
    HttpRequest,
    http::header,
    web::{BytesMut, Payload},
};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

pub struct ChunkHead {
    pub sha256: String,
    pub from_ms: u64,
    pub to_ms: u64,
}

impl ChunkHead {
    pub fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let sha256 = text("x-chunk-sha256").to_ascii_lowercase();
        if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Problem::invalid_field("X-Chunk-Sha256", "must have 64 hexadecimal digits"));
        }
        let number = |name: &str| -> Result<u64, Problem> {
            let number = text(name).parse().ok().filter(|ms| *ms <= TIME_MAX.0);
            number.ok_or_else(|| Problem::invalid_field(name, "must be milliseconds"))
        };
        Ok(Self { sha256, from_ms: number("X-Chunk-From-Ms")?, to_ms: number("X-Chunk-To-Ms")? })
    }
}

/// At most `most` bytes: more ends the request at once.
pub async fn read_chunk(request: &HttpRequest, mut payload: Payload, most: u64) -> Result<BytesMut, Problem> {
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|said| said > most) {
        return Err(Problem::too_large(most));
    }
    let mut bytes = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Problem::bad_request("the body can't be read"))?;
        if (bytes.len() + piece.len()) as u64 > most {
            return Err(Problem::too_large(most));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
