//! The streams that are open, and the sessions that end with the last of theirs.

use crate::web::{error::Problem, state::Shared};
use actix_web::web::Data;
use actors::ids::SessionId;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Cheap to clone: all clones are one.
#[derive(Clone, Default)]
pub struct Streams {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    open: AtomicUsize,
    /// Streams of each session that nobody else tells the end of.
    sessions: Mutex<HashMap<SessionId, usize>>,
}

impl Streams {
    /// A place for one more.
    pub fn enter(&self, most: usize) -> Result<StreamPlace, Problem> {
        let place = StreamPlace(self.inner.clone());
        if self.inner.open.fetch_add(1, Ordering::Relaxed) >= most {
            return Err(Problem::unavailable("full", "the server has as many streams as it may; try again"));
        }
        metrics::gauge!("greenroom_egress_streams").set((self.inner.open.load(Ordering::Relaxed)) as f64);
        Ok(place)
    }

    /// The session lasts for as long as this is held, and a while longer: a sender may come back.
    pub fn hold(&self, shared: &Data<Shared>, session: SessionId) -> SessionHold {
        *self.sessions().entry(session).or_default() += 1;
        SessionHold { streams: self.clone(), shared: shared.clone(), session }
    }

    fn is_held(&self, session: SessionId) -> bool {
        self.sessions().contains_key(&session)
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, usize>> {
        // Counts stay right whoever panicked while holding it.
        self.inner.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct StreamPlace(Arc<Inner>);

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let before = self.0.open.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("greenroom_egress_streams").set(before.saturating_sub(1) as f64);
    }
}

pub struct SessionHold {
    streams: Streams,
    shared: Data<Shared>,
    session: SessionId,
}

impl Drop for SessionHold {
    fn drop(&mut self) {
        let mut sessions = self.streams.sessions();
        let Some(count) = sessions.get_mut(&self.session) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        sessions.remove(&self.session);
        drop(sessions);
        let (streams, shared, session) = (self.streams.clone(), self.shared.clone(), self.session);
        let grace = Duration::from_secs(shared.config.empty_room_seconds);
        actix::spawn(async move {
            tokio::time::sleep(grace).await;
            if streams.is_held(session) {
                return;
            }
            if let Err(error) = shared.store.end_outside_session(session.0, shared.now_ms()).await {
                tracing::warn!(%error, session = session.short(), "a session of streams could not be ended");
            }
        });
    }
}
