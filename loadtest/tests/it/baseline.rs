//! Against the real Socket.IO server.

use serde_json::Value;
use tokio::process::Command;

#[tokio::test]
async fn the_baseline_relays_without_loss_and_is_measured() {
    let json = std::env::temp_dir().join(format!("loadtest-baseline-{}.json", std::process::id()));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline");
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args([
            "baseline",
            "--folder",
            folder,
            "--rooms",
            "5",
            "--size",
            "3",
            "--rate",
            "50",
            "--duration",
            "2",
            "--relay-rate",
            "20",
        ])
        .arg("--json")
        .arg(&json)
        .arg("--html")
        .arg(json.with_extension("html"))
        .output()
        .await
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "is it installed? .ci/npm-ci loadtest/baseline\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert!(report["latencies"]["relay"]["count"].as_u64().unwrap() > 400);
    assert!(report["figures"]["cpu_us_per_relay"].as_f64().unwrap() > 0.0);
}
