//! The command line: what to do, and the exit code it ends with.

use crate::config::{self, Config, ConfigError};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

mod admin;
mod emotion;
mod print;
mod recording;

#[derive(Parser)]
#[command(name = "greenroom", version, about = "A self-hosted real-time room engine: meet in a browser, from one binary.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the product (the default).
    Serve,
    /// Show what is configured.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Rebuild a room's state from an exported journal and print it as JSON.
    Replay {
        /// JSON lines, as `GET /api/v1/rooms/{id}/journal` gives them.
        file: PathBuf,
    },
    /// Print the JSON Schema of the signalling protocol.
    Schema,
    /// Print the OpenAPI document.
    Openapi,
    /// What a meeting would show of files with voices.
    Emotion(emotion::Emotion),
    /// What was recorded.
    #[command(subcommand)]
    Recording(recording::Recording),
    /// The keys that sign tokens.
    #[command(subcommand)]
    Keys(admin::Keys),
    /// Tenants: users and rooms belong to one.
    #[command(subcommand)]
    Tenants(admin::Tenants),
    /// Keys for integrators.
    #[command(subcommand)]
    ApiKeys(admin::ApiKeys),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// The settings in force as TOML, secrets masked, with where each comes from.
    Print(Nothing),
    /// Every setting with its meaning and default.
    Example(Nothing),
}

#[derive(Args)]
struct Nothing {}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{0}")]
    CouldNotRun(String),
}

impl CliError {
    pub fn because(error: impl std::fmt::Display) -> Self {
        Self::CouldNotRun(error.to_string())
    }
}

/// Does what the arguments say. Exit codes: 0 done, 1 could not run, 2 bad usage.
pub fn main() -> ExitCode {
    main_with(|_| ())
}

/// As [`main`]; `started` gets the rooms of the server that it serves.
pub fn main_with(started: impl FnOnce(actors::RoomsHandle)) -> ExitCode {
    let matches = Cli::command().args(config::arguments()).get_matches();
    let command = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command;
    let done = config::load(&matches, std::env::vars()).map_err(CliError::from).and_then(|(config, sources)| {
        if let Some(Command::Config(ConfigCommand::Print(_))) = command {
            print!("{}", config.print(&sources));
            return Ok(());
        }
        run(command.unwrap_or(Command::Serve), config, started)
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("greenroom: {error}");
            ExitCode::from(if matches!(error, CliError::Config(_)) { 2 } else { 1 })
        }
    }
}

fn run(command: Command, config: Config, started: impl FnOnce(actors::RoomsHandle)) -> Result<(), CliError> {
    match command {
        Command::Serve => crate::app::serve_with(config, started).map_err(CliError::because),
        Command::Config(_) => {
            print!("{}", Config::example());
            Ok(())
        }
        Command::Replay { file } => print::replay(&file),
        Command::Schema => print::schema(),
        Command::Openapi => print::openapi(),
        Command::Emotion(command) => command.run(&config),
        Command::Recording(command) => command.run(&config),
        Command::Keys(command) => command.run(&config),
        Command::Tenants(command) => command.run(&config),
        Command::ApiKeys(command) => command.run(&config),
    }
}
