//! `parom demo` and `parom sandbox` in a binary for operators, which has no simulated amoCRM and no simulated messengers.

use std::process::ExitCode;

use clap::Args;

/// Takes any arguments, so that the answer is about the command and not about them.
#[derive(Args)]
pub struct AbsentCommand {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<String>,
}

/// The error of both commands.
pub fn refused() -> anyhow::Result<ExitCode> {
    anyhow::bail!(
        "this binary is for operators and has no demo and no sandbox: run `cargo demo` in Parom's source tree"
    )
}
