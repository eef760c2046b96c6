//! The command line: `parom --help`.

use std::process::ExitCode;

/// Small, short-lived values of many threads are what this server allocates; measured in docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    parom_cli::main()
}
