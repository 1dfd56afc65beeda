//! Clients that load a Greenroom server as people do, and report. See `loadtest --help`.

mod baseline;
mod cli;
mod compare;
mod limits;
mod measure;
mod media;
mod participant;
mod report;
mod rest;
mod room;
mod run;
mod scenario;
mod server;
mod signalling;
mod socket;
mod switch;
mod wire;
mod world;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tokio::task::LocalSet;

use cli::{Baseline, Cli, Command, Common, Compare, Signalling};
use limits::Limit;
use media::Media;
use report::Report;
use run::Target;
use scenario::{Scenario, default_report};

/// How a command ends when nothing was measured.
enum Failure {
    /// The command line or the scenario file is wrong.
    Usage(String),
    /// There was nothing to measure.
    Run(String),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread: it shares the machine with the server that it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ended = runtime.block_on(LocalSet::new().run_until(interruptible(cli.command)));
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Failure::Run(message)) => {
            eprintln!("{message}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(message)) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

async fn interruptible(command: Command) -> Result<bool, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Failure::Run(error.to_string()))?;
    // Either way the servers that were started are dropped, and with that stopped.
    tokio::select! {
        ended = execute(command) => ended,
        _ = tokio::signal::ctrl_c() => Err(Failure::Run("interrupted".into())),
        _ = terminate.recv() => Err(Failure::Run("terminated".into())),
    }
}

async fn execute(command: Command) -> Result<bool, Failure> {
    match command {
        Command::Signalling(signalling) => load(signalling).await,
        Command::Baseline(baseline) => load_baseline(baseline).await,
        Command::Compare(compare) => compare_both(compare).await,
        Command::Media(media) => load_media(*media).await,
        Command::Switch(options) => drive_switches(&options).await,
    }
}

async fn load(command: Signalling) -> Result<bool, Failure> {
    let (scenario, limits) = prepare(&command.common)?;
    let usual = Path::new("target/release/greenroom");
    let program = command.spawn.as_deref().or_else(|| (command.server.is_none() && usual.exists()).then_some(usual));
    let spawned = program.map(server::greenroom).transpose().map_err(Failure::Run)?;
    let target = match &spawned {
        Some(spawned) => spawned.target.clone(),
        None => Target::new(command.server.as_deref().unwrap_or("http://127.0.0.1:8080"), command.server_pid)
            .map_err(Failure::Usage)?,
    };
    let report = signalling::run(scenario, &target).await.map_err(Failure::Run)?;
    if let Some(spawned) = spawned {
        spawned.stop().await;
    }
    conclude(report, &limits, &command.common)
}

async fn load_baseline(command: Baseline) -> Result<bool, Failure> {
    let (scenario, limits) = prepare(&command.common)?;
    let spawned = server::baseline(&command.folder).map_err(Failure::Run)?;
    let report = baseline::run(scenario, &spawned.target).await.map_err(Failure::Run)?;
    spawned.stop().await;
    conclude(report, &limits, &command.common)
}

async fn compare_both(command: Compare) -> Result<bool, Failure> {
    let (scenario, limits) = prepare(&command.common)?;
    let comparison = compare::run(&scenario, command.rounds, &command.spawn, &command.folder).await.map_err(Failure::Run)?;
    let Some(verdict) = comparison.verdict() else { return Err(Failure::Run("no round was run".into())) };
    let rounds = serde_json::to_string_pretty(&comparison).map_err(|error| Failure::Run(error.to_string()))?;
    report::write(&default_report("compare-rounds", "json"), &rounds).map_err(Failure::Run)?;
    let passed = conclude(verdict, &limits, &command.common)?;
    print!("{}", comparison.text());
    Ok(passed)
}

async fn load_media(command: Media) -> Result<bool, Failure> {
    // Two connections and a WebSocket a person, each with its file.
    let files = command.scenario.people() as u64 * 3 + command.scenario.cycles.map_or(0, |_| 1000);
    measure::files::raise_limit(files).map_err(Failure::Usage)?;
    let spawned = match command.server {
        None => Some(server::forwarding(&command.spawn, command.server_core).map_err(Failure::Run)?),
        Some(_) => None,
    };
    let target = match (&spawned, &command.server) {
        (Some(spawned), _) => spawned.target.clone(),
        (None, url) => Target::new(url.as_deref().unwrap_or_default(), command.server_pid).map_err(Failure::Usage)?,
    };
    measure::core::keep_to(command.client_core).map_err(Failure::Usage)?;
    let mut report = media::run(command.scenario, &target).await.map_err(Failure::Run)?;
    if let Some(spawned) = spawned {
        spawned.stop().await;
    }
    report.judge(&command.limits);
    print!("{}", report.text());
    report.write(&command.json, &command.html).map_err(Failure::Run)?;
    println!("{}\n{}", command.json.display(), command.html.display());
    Ok(report.passed())
}

async fn drive_switches(options: &switch::Options) -> Result<bool, Failure> {
    let story = options.story().map_err(Failure::Usage)?;
    measure::files::raise_limit(switch::files(&story)).map_err(Failure::Usage)?;
    let program = options.spawn.as_deref().unwrap_or(Path::new("target/release/greenroom"));
    let spawned = if options.server.is_none() { Some(server::greenroom(program).map_err(Failure::Run)?) } else { None };
    let target = match (&spawned, &options.server) {
        (Some(spawned), _) => spawned.target.clone(),
        (None, url) => Target::new(url.as_deref().unwrap_or_default(), None).map_err(Failure::Usage)?,
    };
    let mut report = switch::run(story, &target).await.map_err(Failure::Run)?;
    if let Some(spawned) = spawned {
        spawned.stop().await;
    }
    report.judge(&options.limits);
    print!("{}", report.text());
    let (json, html) = switch::report_files(options);
    report.write(&json, &html).map_err(Failure::Run)?;
    println!("{}\n{}", json.display(), html.display());
    Ok(report.passed())
}

/// The scenario and its limits, and room for its sockets.
fn prepare(common: &Common) -> Result<(Scenario, Vec<Limit>), Failure> {
    let (scenario, from_file) = common.options.clone().resolve(common.scenario.as_deref()).map_err(Failure::Usage)?;
    measure::files::raise_limit(scenario.participants() as u64 * 2).map_err(Failure::Usage)?;
    Ok((scenario, limits::merge(from_file, common.limits.clone())))
}

fn conclude(mut report: Report, limits: &[Limit], common: &Common) -> Result<bool, Failure> {
    report.judge(limits);
    let json = common.json.clone().unwrap_or_else(|| default_report(&report.kind, "json"));
    let html = common.html.clone().unwrap_or_else(|| default_report(&report.kind, "html"));
    print!("{}", report::table::text(&report));
    report.write(&json, &html).map_err(Failure::Run)?;
    println!("{}\n{}", json.display(), html.display());
    Ok(report.passed())
}
