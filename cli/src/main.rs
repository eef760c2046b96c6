//! The command line: `parom --help`.

use std::process::ExitCode;

/// The server allocates small, short-lived values on many threads; measured in docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    parom_cli::main()
}
