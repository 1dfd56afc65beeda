//! Commands that look at recordings on the disk.

use super::CliError;
use crate::{config::Config, identity::Keys, recording::verify::verify};
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum Recording {
    /// Check a finished recording: the signature under its report, and every file against it.
    Verify {
        /// `<data>/recordings/<id>`
        folder: PathBuf,
    },
}

impl Recording {
    pub fn run(self, config: &Config) -> Result<(), CliError> {
        let keys = Keys::open(&config.data_dir).map_err(CliError::because)?;
        match self {
            Self::Verify { folder } => check(&folder, &keys),
        }
    }
}

fn check(folder: &Path, keys: &Keys) -> Result<(), CliError> {
    let verdict = verify(folder, keys).map_err(|error| CliError::because(format!("{}: {error}", folder.display())))?;
    if let Some(kid) = &verdict.kid {
        println!("the report is signed with {kid}");
    }
    println!("{} files are as it says", verdict.good);
    for wrong in &verdict.wrong {
        println!("WRONG  {wrong}");
    }
    if verdict.wrong.is_empty() { Ok(()) } else { Err(CliError::because("the recording is not what was recorded")) }
}
