//! `greenroom config print` and the example file, both from the table.

use super::{Config, KEYS, load::Sources};
use std::fmt::Write;

impl Config {
    /// The configuration as TOML, secrets masked, each line with where it came from.
    pub fn print(&self, sources: &Sources) -> String {
        let mut lines = String::new();
        let mut tables = String::new();
        for key in KEYS {
            let source = sources.get(key.name).copied().unwrap_or("default");
            match self.show(key.name) {
                Some(toml::Value::Table(table)) => {
                    let named = toml::Table::from_iter([(key.name.to_owned(), toml::Value::Table(table))]);
                    let _ = write!(tables, "\n# {source}\n{named}");
                }
                Some(value) => {
                    let _ = writeln!(lines, "{} = {value}  # {source}", key.name);
                }
                None => {
                    let _ = writeln!(lines, "# {} is not set", key.name);
                }
            }
        }
        lines + &tables
    }

    /// Every setting with its meaning and default, commented out: `greenroom.example.toml`.
    pub fn example() -> String {
        let defaults = Config::default();
        let mut text = String::from(
            "# Greenroom's settings and their defaults. Each is also a flag (--data-dir) and an environment\n# variable (GREENROOM_DATA_DIR); flags go before the environment, the environment before this file.\n",
        );
        for key in KEYS {
            text.push('\n');
            for line in key.about {
                let _ = writeln!(text, "#{line}");
            }
            let _ = match defaults.show(key.name) {
                Some(value) => writeln!(text, "# {} = {value}", key.name),
                None => writeln!(text, "# {} =", key.name),
            };
        }
        text
    }
}
