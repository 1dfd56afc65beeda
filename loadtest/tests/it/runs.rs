//! Whole runs of the program, judged by exit code and report.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;
use tokio::process::Command;

use crate::fake::{FakeServer, Fault};

const SMALL: [&str; 18] = [
    "--rooms",
    "4",
    "--size",
    "3",
    "--rate",
    "100",
    "--duration",
    "3",
    "--relay-rate",
    "20",
    "--chat-rate",
    "4",
    "--churn",
    "2",
    "--storm",
    "0.5",
    "--storm-spread",
    "0.3",
];

struct Run {
    output: Output,
    report: Value,
    html: String,
}

impl Run {
    fn code(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.output.stdout), String::from_utf8_lossy(&self.output.stderr))
    }

    fn errors(&self) -> Vec<&str> {
        self.report["errors"].as_array().unwrap().iter().map(|error| error["kind"].as_str().unwrap()).collect()
    }

    fn count(&self, name: &str) -> u64 {
        let counts = self.report["counts"].as_array().unwrap();
        counts.iter().find(|count| count[0] == name).and_then(|count| count[1].as_u64()).unwrap_or(0)
    }
}

/// The small run's flags, less those that are given.
fn with_defaults<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let defaults = SMALL.chunks(2).filter(|pair| !more.contains(&pair[0])).flatten().copied();
    defaults.chain(more.iter().copied()).collect()
}

async fn run(fault: Fault, name: &str, more: &[&str]) -> Run {
    let server = FakeServer::start(fault).await;
    let file = |extension: &str| std::env::temp_dir().join(format!("loadtest-it-{}-{name}.{extension}", std::process::id()));
    let (json, html): (PathBuf, PathBuf) = (file("json"), file("html"));
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["signalling", "--server", &server.url])
        .args(with_defaults(more))
        .arg("--json")
        .arg(&json)
        .arg("--html")
        .arg(&html)
        .output()
        .await
        .unwrap();
    let report =
        std::fs::read_to_string(&json).unwrap_or_else(|_| panic!("no report: {}", String::from_utf8_lossy(&output.stderr)));
    Run { output, report: serde_json::from_str(&report).unwrap(), html: std::fs::read_to_string(&html).unwrap() }
}

#[tokio::test]
async fn a_correct_server_passes_with_every_trouble_made() {
    let run = run(Fault::None, "correct", &["--slow", "1", "--slow-seconds", "1", "--limit", "relay_p99_ms=5000"]).await;
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(run.errors().is_empty());
    assert!(run.count("joined") > 12, "twelve seats, and newcomers");
    assert!(run.count("relays delivered") > 200);
    assert!(run.count("chat lines delivered") > 20);
    assert!(run.count("resumed") >= 4);
    assert_eq!(run.count("slow readers survived"), 1);
    for latency in ["join", "entry", "rest", "relay", "chat", "reply", "resume"] {
        assert!(run.report["latencies"][latency]["count"].as_u64().unwrap() > 0, "{latency}");
    }
    assert!(run.report["figures"]["cpu_us_per_relay"].as_f64().unwrap() > 0.0, "the process is found by its port");
    assert!(run.html.contains("<polyline") && run.text().contains("PASSED"));
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_comes_back_without_a_gap() {
    let more = ["--slow", "1", "--slow-seconds", "3", "--duration", "6", "--relay-rate", "60", "--churn", "0", "--storm", "0"];
    let run = run(Fault::ClosesSlow, "slow", &more).await;
    assert_eq!(run.code(), 0, "{}", run.text());
    // On a busy machine somebody else may be too slow for a moment.
    assert!(run.count("slow readers closed") > 0, "{}", run.text());
    assert!(run.count("resumed") >= run.count("slow readers closed"), "{}", run.text());
    assert!(run.count("events replayed late") > 0);
}

#[tokio::test]
async fn a_broken_limit_is_exit_code_1() {
    let run = run(Fault::None, "limit", &["--limit", "relay_p99_ms=0.0001"]).await;
    assert_eq!(run.code(), 1);
    assert!(run.errors().is_empty());
    assert_eq!(run.report["limits"][0]["ok"], false);
    assert!(run.text().contains("BROKEN relay_p99_ms"));
}

#[tokio::test]
async fn wrong_usage_is_exit_code_2() {
    for arguments in [
        vec!["signalling", "--limit", "speed=1"],
        vec!["signalling", "--server", "ftp://x"],
        vec!["signalling", "--storm", "7"],
        vec!["dance"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_loadtest")).args(&arguments).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

/// Runs against one fault, which must be seen as the error named.
async fn sees(fault: Fault, error: &str) {
    let run = run(fault, error, &[]).await;
    assert_eq!(run.code(), 1, "{fault:?}: {}", run.text());
    assert!(run.errors().contains(&error), "{fault:?} gave {:?}", run.errors());
}

#[tokio::test]
async fn a_lost_event_is_seen() {
    sees(Fault::LosesEvents, "sequence_gap").await;
}

#[tokio::test]
async fn lost_chat_is_seen() {
    sees(Fault::LosesChat, "lost_chat").await;
}

#[tokio::test]
async fn a_reply_to_nobody_is_seen() {
    sees(Fault::WrongRef, "unknown_reply").await;
}

#[tokio::test]
async fn a_doubled_relay_is_seen() {
    sees(Fault::DoublesRelays, "doubled_relay").await;
}

#[tokio::test]
async fn a_resume_without_its_events_is_seen() {
    sees(Fault::ForgetsMissed, "sequence_gap").await;
}

#[tokio::test]
async fn a_hidden_leaver_is_seen() {
    sees(Fault::HidesLeavers, "roster_mismatch").await;
}

#[tokio::test]
async fn a_closed_door_is_seen() {
    sees(Fault::RefusesJoins, "rest_join").await;
}
