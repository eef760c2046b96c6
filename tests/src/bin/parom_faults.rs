//! The `parom` binary unchanged, built with the cargo feature `faults`.

use std::process::ExitCode;

fn main() -> ExitCode {
    parom_cli::main()
}
