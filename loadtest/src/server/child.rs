//! A child process that never outlives us.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

pub struct Child {
    process: std::process::Child,
}

/// After a polite request to stop.
const PATIENCE: Duration = Duration::from_secs(15);

impl Child {
    /// Its standard output is dropped, its standard error is ours.
    pub fn start(program: &Path, arguments: &[String]) -> Result<Self, String> {
        let started = std::process::Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let process = started.map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        Ok(Self { process })
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// SIGTERM, then a wait; dropping does the rest.
    pub async fn stop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.pid() as i32) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stops_when_asked() {
        let mut child = Child::start(Path::new("sleep"), &["600".to_string()]).unwrap();
        child.stop().await;
        assert!(matches!(child.process.try_wait(), Ok(Some(_))));
    }
}
