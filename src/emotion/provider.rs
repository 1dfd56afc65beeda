//! Somebody else's model over a WebSocket, in place of ours: clips go out, scores come in. The wire is in `docs/emotion.md`.
//!
//! One connection for the whole server, made again with a growing pause when it breaks. What waits for it is bounded and grows stale.

mod address;
mod link;
mod queue;
mod wire;

pub use address::{AddressError, Reach};

use crate::{
    config::Secret,
    inference::{EngineState, NoAnswer},
};
use actors::emotion::Answer;
use queue::{Queue, Reply};
use std::{io, sync::Arc, thread};

/// Where the provider is, and what it may be.
#[derive(Clone)]
pub struct ProviderSetup {
    /// `wss://…` or `ws://…`.
    pub url: String,
    pub key: Option<Secret>,
    pub reach: Reach,
}

/// Cheap to clone; the connection ends with the last clone.
#[derive(Clone)]
pub struct Provider(Arc<Handle>);

struct Handle {
    queue: Arc<Queue>,
}

impl Provider {
    /// Begins to connect, on a thread of its own.
    ///
    /// # Errors
    /// No thread.
    pub fn start(setup: ProviderSetup) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let served = queue.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("emotion-provider".to_owned()).spawn(move || {
            crate::inference::priority::lower();
            runtime.block_on(link::keep(&setup, &served));
        })?;
        Ok(Self(Arc::new(Handle { queue })))
    }

    /// A clip at 16 kHz. Never waits: `reply` is called once.
    pub fn ask(&self, samples: Vec<f32>, reply: impl FnOnce(Result<Answer, NoAnswer>) + Send + 'static) {
        let reply: Reply = Box::new(reply);
        self.0.queue.push(samples, reply);
    }

    pub fn state(&self) -> EngineState {
        self.0.queue.state()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.queue.stop();
    }
}

#[cfg(test)]
mod tests;
