//! `examples/rust` as it is, so that a test can start it.

#[path = "../../../examples/rust/src/main.rs"]
mod example;

fn main() -> anyhow::Result<()> {
    example::main()
}
