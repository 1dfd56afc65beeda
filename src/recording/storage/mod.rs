//! Where the files of finished recordings lie: beside the server, in a store of its own, in an archive. A file has one key, the same
//! in each tier: the recording's id and the file's name.
//!
//! ```text
//! local (<data>/recordings) ──▶ store (a folder, or S3) ──after some days──▶ archive (another folder, or bucket)
//! ```

mod copy;
mod place;
#[cfg(test)]
pub mod tests;

pub use copy::{Copied, Upload, copy};
pub use place::{Access, Place};

use crate::config::Config;
use std::path::Path;
use thiserror::Error;

/// How far away a file lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    Local,
    Store,
    Archive,
}

impl Tier {
    /// As in columns and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Store => "store",
            Self::Archive => "archive",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Local, Self::Store, Self::Archive].into_iter().find(|tier| tier.name() == name)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum StorageError {
    /// May be there the next time.
    #[error("the store can't be reached: {0}")]
    Away(String),
    #[error("the store has no such file")]
    Missing,
    #[error("{0}")]
    Wrong(String),
}

/// All tiers that there are.
#[derive(Clone)]
pub struct Storage {
    local: Place,
    store: Option<Place>,
    archive: Option<Place>,
}

impl Storage {
    /// `recordings` is the folder of the recordings; it is made.
    ///
    /// # Errors
    /// [`StorageError::Wrong`] when a place can't be understood, or the folder can't be made.
    pub fn new(recordings: &Path, config: &Config) -> Result<Self, StorageError> {
        let access = Access {
            endpoint: config.recording_store_endpoint.clone(),
            region: config.recording_store_region.clone(),
            key: config.recording_store_key.clone(),
            secret: config.recording_store_secret.clone(),
        };
        let place = |url: &Option<String>| url.as_deref().map(|url| Place::at(url, &access)).transpose();
        Ok(Self {
            local: Place::folder(recordings)?,
            store: place(&config.recording_store_url)?,
            archive: place(&config.recording_archive_url)?,
        })
    }

    /// None where the server has no such tier.
    pub fn tier(&self, tier: Tier) -> Option<&Place> {
        match tier {
            Tier::Local => Some(&self.local),
            Tier::Store => self.store.as_ref(),
            Tier::Archive => self.archive.as_ref(),
        }
    }

    /// Every place that there is.
    pub fn all(&self) -> impl Iterator<Item = (Tier, &Place)> {
        [Tier::Local, Tier::Store, Tier::Archive].into_iter().filter_map(|tier| Some((tier, self.tier(tier)?)))
    }
}
