//! The command line. Exit codes: 0 passed, 1 a limit broken or an error seen, 2 wrong usage.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::limits::Limit;
use crate::media::Media;
use crate::scenario::Options;

#[derive(Parser)]
#[command(name = "loadtest", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Rooms full of people who join, signal, chat, leave, lose their connections and come back
    Signalling(Signalling),
    /// The same relays through a Socket.IO server on Node (`npm ci --prefix loadtest/baseline` first)
    Baseline(Baseline),
    /// Both in turn, with relays only, and who needs less CPU a message
    Compare(Compare),
    /// Rooms full of people who send and receive sound and pictures through the server
    Media(Box<Media>),
    /// Rooms that go from few people to many and back, between mesh and server, and what is seen and heard meanwhile
    Switch(crate::switch::Options),
}

#[derive(Args)]
pub struct Common {
    #[command(flatten)]
    pub options: Options,
    /// TOML or JSON with the same names, and `[limits]`
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// A figure's upper bound, NAME=VALUE, or its lower one with min_NAME; may be repeated
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    pub limits: Vec<Limit>,
    /// Where the JSON report goes [default: target/loadtest/…]
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where the HTML report goes [default: target/loadtest/…]
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Args)]
pub struct Signalling {
    #[command(flatten)]
    pub common: Common,
    /// A running server, such as http://127.0.0.1:8080, whose limits by address are loose enough
    #[arg(long, value_name = "URL", conflicts_with = "spawn")]
    pub server: Option<String>,
    /// Its process, for CPU and memory; found by the port on this machine
    #[arg(long, value_name = "PID", requires = "server")]
    pub server_pid: Option<u32>,
    /// Start this server for the run, on a free port with fresh data [default without --server: target/release/greenroom]
    #[arg(long, value_name = "PROGRAM")]
    pub spawn: Option<PathBuf>,
}

#[derive(Args)]
pub struct Baseline {
    #[command(flatten)]
    pub common: Common,
    /// The folder of server.js
    #[arg(long, value_name = "FOLDER", default_value = "loadtest/baseline")]
    pub folder: PathBuf,
}

#[derive(Args)]
pub struct Compare {
    #[command(flatten)]
    pub common: Common,
    /// How often each is run
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// The Greenroom server
    #[arg(long, value_name = "PROGRAM", default_value = "target/release/greenroom")]
    pub spawn: PathBuf,
    /// The folder of the baseline's server.js
    #[arg(long, value_name = "FOLDER", default_value = "loadtest/baseline")]
    pub folder: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn limits_are_checked_while_parsing() {
        assert!(Cli::try_parse_from(["loadtest", "signalling", "--limit", "join_p99_ms=50"]).is_ok());
        let error = Cli::try_parse_from(["loadtest", "signalling", "--limit", "speed=50"]).err().unwrap();
        assert_eq!(error.exit_code(), 2);
    }
}
