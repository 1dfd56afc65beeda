//! Everything that only SQLite needs: opening, pragmas, the lock around migrations. The rest of the store is plain diesel.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StoreError;

pub type Conn = SqliteConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// When SQLite asks the disk to keep what it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// A commit is in the operating system's hands. That is enough for every acknowledged row to survive a `kill -9` of the
    /// process; a power cut may cost the newest commits, never the database.
    #[default]
    Normal,
    /// A commit waits for the disk: survives a power cut too, and costs one disk flush a group of writes.
    Full,
}

/// Where the database is and how it is opened.
#[derive(Clone, Debug)]
pub(super) struct Source {
    path: PathBuf,
    synchronous: Synchronous,
}

impl Source {
    pub fn new(data_dir: &Path, synchronous: Synchronous) -> Self {
        Self { path: data_dir.join("greenroom.db"), synchronous }
    }

    pub fn writer(&self) -> Result<Conn, StoreError> {
        let mut conn = self.connect()?;
        let synchronous = match self.synchronous {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        pragma(&mut conn, &format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};"))?;
        Ok(conn)
    }

    pub fn reader(&self) -> Result<Conn, StoreError> {
        let mut conn = self.connect()?;
        pragma(&mut conn, "PRAGMA query_only = ON;")?;
        Ok(conn)
    }

    fn connect(&self) -> Result<Conn, StoreError> {
        let mut conn = Conn::establish(&self.path.to_string_lossy()).map_err(unavailable)?;
        pragma(&mut conn, "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
        Ok(conn)
    }

    /// Brings the schema up to what this version knows. Whoever comes second waits and then finds nothing to do.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer version was here; nothing has been changed then.
    pub fn migrate(&self) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let mut conn = self.writer()?;
        refuse_newer(&mut conn)?;
        conn.run_pending_migrations(MIGRATIONS).map_err(unavailable)?;
        Ok(())
    }

    /// Held until dropped. The kernel gives it back when the process dies, so a crash never leaves it taken.
    fn lock(&self) -> Result<File, StoreError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path.with_extension("lock"))
            .map_err(unavailable)?;
        file.lock().map_err(unavailable)?;
        Ok(file)
    }
}

/// Runs `work` in a transaction that takes the write lock at once, so that it never fails half way by losing a race for it.
pub(super) fn in_transaction<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
    conn.immediate_transaction(work)
}

pub fn make_private_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| StoreError::Unavailable(format!("{}: {error}", dir.display())))
}

fn refuse_newer(conn: &mut Conn) -> Result<(), StoreError> {
    let known = known_migrations()?;
    let applied = conn.applied_migrations().map_err(unavailable)?;
    match applied.iter().find(|version| !known.contains(version)) {
        None => Ok(()),
        Some(found) => Err(StoreError::NewerSchema {
            found: found.to_string(),
            known: known.last().map_or_else(|| "none".to_owned(), ToString::to_string),
        }),
    }
}

fn known_migrations() -> Result<Vec<MigrationVersion<'static>>, StoreError> {
    let all: Vec<Box<dyn Migration<Sqlite>>> = MIGRATIONS.migrations().map_err(unavailable)?;
    let mut versions: Vec<_> = all.iter().map(|migration| migration.name().version().as_owned()).collect();
    versions.sort();
    Ok(versions)
}

fn pragma(conn: &mut Conn, sql: &str) -> Result<(), StoreError> {
    conn.batch_execute(sql).map_err(unavailable)
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
