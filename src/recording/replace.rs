//! A small file of a recording, put in place of the one before.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// The old one is there until the new one is whole on the disk.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let half = folder.join(format!("{name}.half"));
    let mut file = File::create(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(half, folder.join(name))?;
    File::open(folder)?.sync_all()
}
