//! Thinking comes after media: threads that think give way.

/// As `nice` has it: 19 is last.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// From now on this thread gives way to the others of the process. Where that isn't possible, nothing happens.
pub fn lower() {
    // On Linux this is of the calling thread, elsewhere of the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}
