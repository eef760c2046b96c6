//! `examples/rust` unchanged, as a binary that tests can start.

#[path = "../../../examples/rust/src/main.rs"]
mod example;

fn main() -> anyhow::Result<()> {
    example::main()
}
