//! Rebuilds when a language file is added or removed: the macro that embeds them only watches existing files.

fn main() {
    println!("cargo::rerun-if-changed=../locales");
    println!("cargo::rerun-if-changed=build.rs");
}
