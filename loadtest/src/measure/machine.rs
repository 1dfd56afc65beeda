//! The machine a figure was taken on, in the words a report needs.

use std::fs;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_gib: f64,
    pub kernel: String,
}

pub fn describe() -> Machine {
    let cpu_info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Machine {
        cpu: value(&cpu_info, "model name").unwrap_or("unknown").to_string(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_gib: total_gib(&memory),
        kernel: format!("Linux {}", kernel.trim()),
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} cores, {} GiB, {}", self.cpu, self.cores, self.memory_gib, self.kernel)
    }
}

fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn total_gib(memory: &str) -> f64 {
    let kb = value(memory, "MemTotal").and_then(|v| v.trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0);
    (kb / 1024.0 / 1024.0 * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_sizes() {
        assert_eq!(value("x\t: 1\nmodel name\t: Fast CPU\n", "model name"), Some("Fast CPU"));
        assert_eq!(total_gib("MemTotal:       16777216 kB\n"), 16.0);
    }
}
