//! The command line: `parom --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    parom::cli::main()
}
