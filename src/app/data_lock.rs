//! One server a data folder: two would each believe that the rooms in it are theirs.

use super::AppError;
use crate::store::make_private_dir;
use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

/// Held as long as the server runs; the system lets go of it however the process ends.
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// # Errors
    /// [`AppError::DataDirInUse`] while another server holds it, [`AppError::DataLock`] when it can't be had at all.
    pub fn take(data_dir: &Path) -> Result<Self, AppError> {
        let failed = |error: io::Error| AppError::DataLock { path: data_dir.to_owned(), error };
        make_private_dir(data_dir).map_err(|error| AppError::DataDir { path: data_dir.to_owned(), error })?;
        let file = File::create(data_dir.join("server.lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(AppError::DataDirInUse(data_dir.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = DataLock::take(dir.path()).expect("free");
        assert!(matches!(DataLock::take(dir.path()), Err(AppError::DataDirInUse(_))));
        drop(first);
        assert!(DataLock::take(dir.path()).is_ok());
    }
}
