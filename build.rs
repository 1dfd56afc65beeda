//! The web UI is embedded from `static/`; files that appear there (packages, above all) must be seen by the next build.

fn main() {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=migrations");
}
