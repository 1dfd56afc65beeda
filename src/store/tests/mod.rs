mod crash;
mod full_disk;
mod opening;
mod port;
mod recordings;
mod subjects;
mod writing;

use tempfile::TempDir;

use super::Store;

/// An empty store; the folder lives as long as the first part is held.
fn empty() -> (TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("opens");
    (dir, store)
}
