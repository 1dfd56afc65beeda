//! One call of ffmpeg: without a shell, at the lowest priority, with an end.

use super::tools::Tools;
use futures_util::future;
use rustix::process::{Pid, setpriority_process};
use std::{io, path::Path, process::Stdio, time::Duration};
use thiserror::Error;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// The least that the system gives.
const NICE: i32 = 19;
/// Who says nothing at all for so long hangs,
const SILENCE: Duration = Duration::from_secs(600);
/// and so does who writes nothing: a picture whose last keyframe is long ago takes its time.
const STUCK: Duration = Duration::from_secs(1_800);
/// Of what it complains about, this much is kept.
const COMPLAINT: usize = 4 * 1024;

/// How settings of ours begin in the environment.
const OURS: [&str; 2] = ["GREENROOM_", "AWS_"];

#[derive(Debug, Error)]
pub enum RunError {
    #[error("ffmpeg can't be started: {0}")]
    Start(io::Error),
    /// With the last line that it said.
    #[error("ffmpeg failed: {0}")]
    Failed(String),
    #[error("ffmpeg took too long")]
    TooLong,
}

/// Runs ffmpeg in `folder`, its options first. `progress` gets the milliseconds that are written.
///
/// # Errors
/// When it does not end by itself, and well, within `limit`. Dropped in the middle, the program is ended.
pub async fn run(
    tools: &Tools,
    folder: &Path,
    arguments: &[String],
    limit: Duration,
    progress: impl FnMut(u64),
) -> Result<(), RunError> {
    let mut child = start(tools, folder, arguments).map_err(RunError::Start)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (hangs, complaint) = future::join(follow(&mut child, stdout, progress), last_words(stderr)).await;
        (hangs, complaint, child.wait().await)
    };
    let Ok((hangs, complaint, status)) = timeout(limit, work).await else { return Err(RunError::TooLong) };
    match status {
        _ if hangs => Err(RunError::TooLong),
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(RunError::Failed(last_line(&complaint).unwrap_or_else(|| status.to_string()))),
        Err(error) => Err(RunError::Failed(error.to_string())),
    }
}

fn start(tools: &Tools, folder: &Path, arguments: &[String]) -> io::Result<Child> {
    let mut command = Command::new(&tools.ffmpeg);
    // It needs no secrets of ours.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_none_or(|name| OURS.iter().any(|ours| name.starts_with(ours))) {
            command.env_remove(name);
        }
    }
    let child = command
        .args(["-hide_banner", "-nostdin", "-v", "error", "-nostats", "-progress", "pipe:1", "-y"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    // Meetings go first. Where the system says no, it is still done, only less politely.
    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
        let _ = setpriority_process(Some(pid), NICE);
    }
    Ok(child)
}

/// Until it says no more. Answers whether it had to be ended because it hung.
async fn follow(child: &mut Child, stdout: Option<impl AsyncRead + Unpin>, mut progress: impl FnMut(u64)) -> bool {
    let Some(stdout) = stdout else { return false };
    let mut lines = BufReader::new(stdout).lines();
    let (mut last, mut since) = (None, tokio::time::Instant::now());
    loop {
        let Ok(line) = timeout(SILENCE, lines.next_line()).await else {
            let _ = child.start_kill();
            return true;
        };
        let Ok(Some(line)) = line else { return false };
        // Microseconds, whatever older versions call them.
        let Some(time) = line.strip_prefix("out_time_ms=").and_then(|time| time.parse::<u64>().ok()) else { continue };
        if last != Some(time) {
            (last, since) = (Some(time), tokio::time::Instant::now());
            progress(time / 1000);
        } else if since.elapsed() > STUCK {
            let _ = child.start_kill();
            return true;
        }
    }
}

/// The end of what it complains about; all of it is read, so that it never waits for us.
async fn last_words(stderr: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stderr) = stderr else { return kept };
    let mut chunk = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..read]);
        if kept.len() > 2 * COMPLAINT {
            kept.drain(..kept.len() - COMPLAINT);
        }
    }
    kept
}

fn last_line(complaint: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(complaint);
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(|line| line.chars().take(300).collect())
}
