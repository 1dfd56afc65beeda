//! Servers that a run starts for itself, on a free loopback port, with a data folder that goes when the run ends.

mod child;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

pub use child::Child;

use crate::measure::core;
use crate::run::Target;

/// What a load test needs of Greenroom: all the clients are one address.
const RELAXED: [(&str, &str); 3] = [
    ("rooms-per-minute-per-address", "10000000"),
    ("joins-per-minute-per-address", "10000000"),
    ("writes-per-minute-per-address", "10000000"),
];

/// A running server and where it is. Stopped when dropped.
pub struct Spawned {
    pub target: Target,
    child: Child,
    _folder: TemporaryFolder,
}

impl Spawned {
    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) {
        self.child.stop().await;
    }
}

/// # Errors
/// When the program cannot be started; its own words are on standard error.
pub fn greenroom(program: &Path) -> Result<Spawned, String> {
    start_greenroom(program, &[])
}

/// A server for media: large rooms, and on one core if one is named.
///
/// # Errors
/// When the program cannot be started, or there is no such core.
pub fn forwarding(program: &Path, on_core: Option<usize>) -> Result<Spawned, String> {
    // A child keeps to the core that its parent keeps to.
    let before = core::current()?;
    core::keep_to(on_core)?;
    let large = [("max-participants-per-room", "1000"), ("max-media-people-per-worker", "100000"), ("max-connections", "100000")];
    let spawned = start_greenroom(program, &large);
    core::keep_to_these(&before)?;
    spawned
}

fn start_greenroom(program: &Path, more: &[(&str, &str)]) -> Result<Spawned, String> {
    let port = free_port()?;
    let folder = TemporaryFolder::new(port)?;
    let mut arguments = vec![
        "--listen".to_string(),
        format!("127.0.0.1:{port}"),
        "--media-port".into(),
        "0".into(),
        "--log".into(),
        "warn".into(),
    ];
    arguments.extend(RELAXED.iter().chain(more).flat_map(|(name, value)| [format!("--{name}"), value.to_string()]));
    let shown = format!("{} {}", program.display(), arguments.join(" "));
    arguments.extend(["--data-dir".to_string(), folder.0.display().to_string()]);
    spawn(program, &arguments, port, folder, shown)
}

/// The Socket.IO relay. `npm ci` in its folder comes first.
///
/// # Errors
/// When it isn't installed or cannot be started.
pub fn baseline(folder: &Path) -> Result<Spawned, String> {
    if !folder.join("node_modules").is_dir() {
        return Err(format!("the baseline's packages are missing: npm ci --prefix {}", folder.display()));
    }
    let port = free_port()?;
    let script = folder.join("server.js").display().to_string();
    let shown = format!("node {script} {port}");
    spawn(Path::new("node"), &[script, port.to_string()], port, TemporaryFolder::new(port)?, shown)
}

fn spawn(program: &Path, arguments: &[String], port: u16, folder: TemporaryFolder, shown: String) -> Result<Spawned, String> {
    let child = Child::start(program, arguments)?;
    let mut target = Target::new(&format!("http://127.0.0.1:{port}"), Some(child.pid()))?;
    target.command = Some(shown);
    Ok(Spawned { target, child, _folder: folder })
}

fn free_port() -> Result<u16, String> {
    let listening = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    Ok(listening.local_addr().map_err(|error| error.to_string())?.port())
}

struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new(port: u16) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("greenroom-loadtest-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_goes_with_the_run() {
        let folder = TemporaryFolder::new(free_port().unwrap()).unwrap();
        let path = folder.0.clone();
        std::fs::write(path.join("database"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_missing_program_is_said_in_words() {
        let error = greenroom(Path::new("/nowhere/greenroom")).err().unwrap();
        assert!(error.contains("/nowhere/greenroom"), "{error}");
    }
}
