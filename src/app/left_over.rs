//! What an end of the process in the middle left of other servers' streams: files that are mended, sessions that are ended.

use crate::{
    audio_pipeline::recover::{WAV, mend},
    web::{egress::video_file::IVF, state::Shared},
};
use actix_web::web::Data;
use std::time::SystemTime;

/// Once, at the start. New streams are let in meanwhile: their files are newer than `started`.
pub async fn tidy(shared: Data<Shared>, started: SystemTime) {
    match shared.store.end_left_outside_sessions(shared.now_ms()).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "sessions of streams had no end"),
        Err(error) => tracing::warn!(%error, "sessions of streams could not be ended"),
    }
    let (data_dir, now) = (shared.config.data_dir.clone(), shared.clock.now());
    match tokio::task::spawn_blocking(move || mend(&data_dir, &[WAV, IVF], started, now)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(mended)) => tracing::info!(mended, "files of streams were cut off, and are mended"),
        Ok(Err(error)) => tracing::warn!(%error, "files of streams could not be looked at"),
        Err(error) => tracing::error!(%error, "mending files of streams failed"),
    }
}
